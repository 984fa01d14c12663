#include "plan/common/sync_proof.h"

#include <algorithm>
#include <format>

#include "plan/common/dataset_order.h"

namespace bowline {
namespace {

constexpr int kLongestLag = 2;
// A pod that was deleted by force has a successor that asks after some 3 to 8 s.
constexpr std::int64_t kLinkGrace = 10;
// A planned handover waits for equal offsets: what is missing is copied in a moment.
constexpr std::int64_t kCloseEnough = 1 << 20;

using Ranked = std::vector<const Report*>;

std::int64_t OffsetOf(const Report* report) { return report->engine.info.offset; }

/// The reports of `shard`, without that of `leaving`, for which `fit` is true.
template <typename Fit>
Ranked ReportsOf(const Layout& layout, const Reports& reports, int shard, MemberName leaving,
                 const Fit& fit) {
  Ranked found;
  for (const MemberName member : layout.MembersOf(shard)) {
    const auto report = reports.find(member);
    if (member == leaving || report == reports.end() || !fit(report->second)) continue;
    found.push_back(&report->second);
  }
  return found;
}

/// The first of the highest offset; `reports` has one.
const Report* Highest(const Ranked& reports) {
  return *std::ranges::max_element(reports, {}, OffsetOf);
}

Candidate CandidateOf(const Report& report, std::string reason) {
  return {.member = report.member,
          .reason = std::move(reason),
          .position = PositionOf(report).value_or(ReplicationPosition())};
}

/// Of replicas that are not in sync: how long each has certainly missed the primary's writes.
std::int64_t MissedSeconds(const Report& report) {
  const EngineInfo& info = report.engine.info;
  if (info.link_up) return 0;
  return std::max(info.link_down_seconds, report.missed_seconds);
}

/// Where the histories do not tell.
bool MissesLess(const Report& first, const Report& second) {
  if (MissedSeconds(first) != MissedSeconds(second)) {
    return MissedSeconds(first) < MissedSeconds(second);
  }
  return OffsetOf(&first) > OffsetOf(&second);
}

/// Those of `fit` that are not far behind `highest` and whose pods are of another revision than
/// that of `leaving`, as far as revisions are known.
Ranked Changed(Ranked fit, const Reports& reports, MemberName leaving, std::int64_t highest) {
  const auto old = reports.find(leaving);
  std::erase_if(fit, [&](const Report* report) {
    return old == reports.end() || old->second.revision.empty() || report->revision.empty() ||
           report->revision == old->second.revision || OffsetOf(report) + kCloseEnough < highest;
  });
  return fit;
}

SyncProof Unproven(std::string reason) { return {.reason = std::move(reason)}; }
SyncProof Misses(std::string reason) { return {.misses = true, .reason = std::move(reason)}; }

/// The last life of the primary tells nothing of its replicas.
SyncProof ByLink(const EngineInfo& info) {
  if (info.link_up) return {.proven = true, .reason = "its link is up"};
  if (info.link_down_seconds <= kLinkGrace) {
    return {.proven = true,
            .reason = std::format("its link has been down for {} s only", info.link_down_seconds)};
  }
  return Unproven(std::format("its link has been down for {} s", info.link_down_seconds));
}

}  // namespace

std::vector<MemberName> ReplicasInSync(const EngineInfo& primary, const AddressBook& addresses) {
  std::vector<MemberName> members;
  for (const ReplicaEntry& replica : primary.replicas) {
    if (replica.state != "online" || replica.lag_seconds < 0 || replica.lag_seconds > kLongestLag) {
      continue;
    }
    const auto member = MemberAt(addresses, replica.ip);
    if (member) members.push_back(*member);
  }
  std::ranges::sort(members);
  return members;
}

SyncProof ProveInSync(const Report& replica, const std::optional<ReplicationPosition>& last) {
  const EngineInfo& info = replica.engine.info;
  if (!CanTakeOver(replica)) return Unproven("it does not run as a replica with data");
  if (info.sync_in_progress) return Misses("it is copying the primary's dataset");
  if (replica.missed_seconds > 0) {
    return Misses(std::format("its link had been down for {} s while the primary still ran",
                              replica.missed_seconds));
  }
  if (!info.link_up && info.link_down_seconds < 0) {
    return Unproven("its link has not been up since its engine started");
  }
  if (!last || last->replication_id.empty()) return ByLink(info);
  const History history =
      CompareHistories(PositionOf(replica).value_or(ReplicationPosition()), *last);
  if (history != History::kSame && history != History::kNewer) {
    return Misses(history == History::kOlder
                      ? std::format("its offset {} is below the primary's last known one, {}",
                                    info.offset, last->offset)
                      : "its dataset is of another history than the primary's last known one");
  }
  if (!last->in_sync) return ByLink(info);
  if (std::ranges::contains(*last->in_sync, replica.member)) {
    return {.proven = true, .reason = "it followed the primary to its last known offset"};
  }
  return Misses("the primary had no link to it when it was last looked at");
}

bool CanTakeOver(const Report& report) {
  return report.RunsAsReplica() && report.HasData() && report.damage.empty();
}

std::optional<Candidate> BestInSync(const Layout& layout, const Reports& reports, int shard,
                                    MemberName leaving,
                                    const std::optional<ReplicationPosition>& last,
                                    const std::vector<MemberName>& voted_out) {
  const Ranked proven = ReportsOf(layout, reports, shard, leaving, [&](const Report& report) {
    return ProveInSync(report, last).proven;
  });
  if (proven.empty()) return std::nullopt;
  const std::int64_t most = OffsetOf(Highest(proven));
  Ranked lasting = proven;
  std::erase_if(lasting, [&](const Report* report) {
    return OffsetOf(report) < most || std::ranges::contains(voted_out, report->member);
  });
  const Report& best = *Highest(lasting.empty() ? proven : lasting);
  return CandidateOf(best,
                     std::format("offset {}, {}{}", OffsetOf(&best), ProveInSync(best, last).reason,
                                 lasting.empty() ? ", though still taken for failed" : ""));
}

std::optional<Candidate> NewestReplica(const Layout& layout, const Reports& reports, int shard,
                                       MemberName leaving) {
  const Report* newest = nullptr;
  for (const Report* report : NoneNewer(ReportsOf(layout, reports, shard, leaving, &CanTakeOver))) {
    if (newest == nullptr || MissesLess(*report, *newest)) newest = report;
  }
  if (newest == nullptr) return std::nullopt;
  const EngineInfo& info = newest->engine.info;
  const std::string link = info.link_up ? "up"
                           : info.link_down_seconds < 0
                               ? "down since its engine started"
                               : std::format("down for {} s", info.link_down_seconds);
  return CandidateOf(*newest, std::format("offset {}, link {}", info.offset, link));
}

std::optional<Candidate> BestForHandover(const Layout& layout, const Reports& reports, int shard,
                                         MemberName leaving) {
  const auto primary = reports.find(leaving);
  const std::optional<ReplicationPosition> history =
      primary == reports.end() ? std::nullopt : PositionOf(primary->second);
  const Ranked fit = ReportsOf(layout, reports, shard, leaving, [&](const Report& report) {
    const EngineInfo& info = report.engine.info;
    return report.RunsAsReplica() && info.link_up && !info.sync_in_progress &&
           (!history || history->replication_id.empty() ||
            info.replication_id == history->replication_id);
  });
  if (fit.empty()) return std::nullopt;
  const Report* best = Highest(fit);
  const Ranked changed = Changed(fit, reports, leaving, OffsetOf(best));
  if (changed.empty()) return CandidateOf(*best, std::format("offset {}, link up", OffsetOf(best)));
  best = Highest(changed);
  return CandidateOf(*best, std::format("of the new revision, offset {}", OffsetOf(best)));
}

}  // namespace bowline
