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

using Ranked = std::vector<const Card*>;

std::int64_t OffsetOf(const Card* card) { return card->engine.info.offset; }

/// The cards of `shard`, without that of `leaving`, for which `fit` is true.
template <typename Fit>
Ranked CardsOf(const Layout& layout, const Cards& cards, int shard, MemberName leaving,
               const Fit& fit) {
  Ranked found;
  for (const MemberName member : layout.MembersOf(shard)) {
    const auto card = cards.find(member);
    if (member == leaving || card == cards.end() || !fit(card->second)) continue;
    found.push_back(&card->second);
  }
  return found;
}

/// The first of the highest offset; `cards` has one.
const Card* Highest(const Ranked& cards) { return *std::ranges::max_element(cards, {}, OffsetOf); }

Candidate CandidateOf(const Card& card, std::string reason) {
  return {.member = card.member,
          .reason = std::move(reason),
          .position = MarkOf(card).value_or(ReplicationMark())};
}

/// Of replicas that are not in sync: how long each has certainly missed the primary's writes.
std::int64_t MissedSeconds(const Card& card) {
  const EngineInfo& info = card.engine.info;
  if (info.link_up) return 0;
  return std::max(info.link_down_seconds, card.missed_seconds);
}

bool IsNewerReplica(const Card& first, const Card& second) {
  const History history = CompareByHistory(first, second);
  if (history == History::kNewer || history == History::kOlder) return history == History::kNewer;
  if (MissedSeconds(first) != MissedSeconds(second)) {
    return MissedSeconds(first) < MissedSeconds(second);
  }
  return OffsetOf(&first) > OffsetOf(&second);
}

/// Those of `fit` that are not far behind `highest` and whose pods are of another revision than
/// that of `leaving`, as far as revisions are known.
Ranked Changed(Ranked fit, const Cards& cards, MemberName leaving, std::int64_t highest) {
  const auto old = cards.find(leaving);
  std::erase_if(fit, [&](const Card* card) {
    return old == cards.end() || old->second.revision.empty() || card->revision.empty() ||
           card->revision == old->second.revision || OffsetOf(card) + kCloseEnough < highest;
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

SyncProof ProveInSync(const Card& replica, const std::optional<ReplicationMark>& last) {
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
  const History history = CompareHistories(MarkOf(replica).value_or(ReplicationMark()), *last);
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

bool CanTakeOver(const Card& card) {
  return card.RunsAsReplica() && card.HasData() && card.damage.empty();
}

std::optional<Candidate> BestInSync(const Layout& layout, const Cards& cards, int shard,
                                    MemberName leaving,
                                    const std::optional<ReplicationMark>& last) {
  const Ranked fit = CardsOf(layout, cards, shard, leaving,
                             [&](const Card& card) { return ProveInSync(card, last).proven; });
  if (fit.empty()) return std::nullopt;
  const Card& best = *Highest(fit);
  return CandidateOf(best,
                     std::format("offset {}, {}", OffsetOf(&best), ProveInSync(best, last).reason));
}

std::optional<Candidate> NewestReplica(const Layout& layout, const Cards& cards, int shard,
                                       MemberName leaving) {
  const Card* newest = nullptr;
  for (const Card* card : CardsOf(layout, cards, shard, leaving, &CanTakeOver)) {
    if (newest == nullptr || IsNewerReplica(*card, *newest)) newest = card;
  }
  if (newest == nullptr) return std::nullopt;
  const EngineInfo& info = newest->engine.info;
  const std::string link = info.link_up ? "up"
                           : info.link_down_seconds < 0
                               ? "down since its engine started"
                               : std::format("down for {} s", info.link_down_seconds);
  return CandidateOf(*newest, std::format("offset {}, link {}", info.offset, link));
}

std::optional<Candidate> BestForHandover(const Layout& layout, const Cards& cards, int shard,
                                         MemberName leaving) {
  const auto primary = cards.find(leaving);
  const std::optional<ReplicationMark> history =
      primary == cards.end() ? std::nullopt : MarkOf(primary->second);
  const Ranked fit = CardsOf(layout, cards, shard, leaving, [&](const Card& card) {
    const EngineInfo& info = card.engine.info;
    return card.RunsAsReplica() && info.link_up && !info.sync_in_progress &&
           (!history || history->replication_id.empty() ||
            info.replication_id == history->replication_id);
  });
  if (fit.empty()) return std::nullopt;
  const Card* best = Highest(fit);
  const Ranked changed = Changed(fit, cards, leaving, OffsetOf(best));
  if (changed.empty()) return CandidateOf(*best, std::format("offset {}, link up", OffsetOf(best)));
  best = Highest(changed);
  return CandidateOf(*best, std::format("of the new revision, offset {}", OffsetOf(best)));
}

}  // namespace bowline
