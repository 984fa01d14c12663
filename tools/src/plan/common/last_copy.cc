#include "plan/common/last_copy.h"

#include <algorithm>
#include <format>
#include <tuple>

namespace bowline {
namespace {

/// Its engine answers as a replica that has all that its primary has sent.
bool Follows(const EngineSnapshot& engine) {
  const EngineInfo& info = engine.info;
  return engine.answers && !info.primary && !info.loading && info.link_up &&
         !info.sync_in_progress && info.last_io_seconds <= kLinkSilenceSeconds;
}

bool LeadsWithData(const Report& report) { return report.RunsAsPrimary() && report.HasData(); }

bool IsPrimary(const EngineSnapshot& engine) {
  return engine.answers && engine.info.primary && !engine.info.loading;
}

bool IsReplica(const EngineSnapshot& engine) {
  return engine.answers && !engine.info.primary && !engine.info.loading;
}

/// Does the own engine, a primary, list a replica in sync at that member's address?
bool Lists(const LastCopyInput& input, MemberName other) {
  const auto address = input.addresses.find(other);
  if (address == input.addresses.end()) return false;
  return std::ranges::any_of(input.own.engine.info.replicas, [&](const ReplicaEntry& replica) {
    return replica.ip == address->second.ip && replica.state == "online" && replica.offset > 0 &&
           replica.lag_seconds >= 0 && replica.lag_seconds <= kInSyncLagSeconds;
  });
}

/// Two replicas without a primary: has the other one of one history at least as much?
bool HasAsMuch(const LastCopyInput& input, const Report& other) {
  const EngineInfo& mine = input.own.engine.info;
  const EngineInfo& theirs = other.engine.info;
  if (mine.replication_id.empty() || mine.replication_id != theirs.replication_id) return false;
  return std::tuple(-theirs.offset, other.member) < std::tuple(-mine.offset, input.self);
}

/// A primary's replica: what the primary lists, unless the replica itself says otherwise.
std::optional<std::string> WhyNoCopyOfPrimary(const LastCopyInput& input, MemberName other,
                                              const Report* report) {
  if (report != nullptr) {
    const EngineSnapshot& engine = report->engine;
    if (report->phase != Phase::kRunning) return std::string(PhaseName(report->phase));
    if (engine.answers && engine.info.primary) return "a primary, too";
    if (engine.answers && engine.info.loading) return "loading";
    if (engine.answers && engine.info.sync_in_progress) return "copying";
    if (engine.answers && !engine.info.link_up) return "its link is down";
  }
  if (Lists(input, other)) return std::nullopt;
  return std::string(report == nullptr ? "silent" : "behind");
}

/// Why the other member has no copy of what this one holds; nothing: it has one.
std::optional<std::string> WhyNoCopy(const LastCopyInput& input, MemberName other) {
  const auto found = input.peers.find(other);
  const Report* report = found == input.peers.end() ? nullptr : &found->second;
  const EngineSnapshot& own = input.own.engine;
  if (IsPrimary(own)) return WhyNoCopyOfPrimary(input, other, report);
  if (Follows(own)) {
    const auto address = input.addresses.find(other);
    const bool its_primary =
        address != input.addresses.end() && address->second.ip == own.info.primary_host;
    const bool just_heard = own.info.last_io_seconds <= kInSyncLagSeconds;
    if (its_primary && (report == nullptr ? just_heard : LeadsWithData(*report)))
      return std::nullopt;
  }
  if (report == nullptr) return "silent";
  if (report->phase != Phase::kRunning) return std::string(PhaseName(report->phase));
  if (!report->engine.answers) return "no answer";
  if (report->engine.info.loading) return "loading";
  if (!report->HasData()) return "no data";
  if (report->engine.info.primary) return std::nullopt;
  if (report->engine.info.sync_in_progress) return "copying";
  // It follows another primary, or this member, whose engine has just not answered.
  if (Follows(report->engine)) return std::nullopt;
  if (IsReplica(own) && HasAsMuch(input, *report)) return std::nullopt;
  return "a replica without primary";
}

}  // namespace

bool AsksPeers(const LastCopyInput& input) {
  const EngineSnapshot& own = input.own.engine;
  if (input.own.phase != Phase::kRunning || !input.own.HasData()) return false;
  // Whoever has acknowledged or sent something a moment ago needs not be asked.
  const auto proven = [&](MemberName other) {
    if (IsPrimary(own)) return Lists(input, other);
    const auto address = input.addresses.find(other);
    return Follows(own) && own.info.last_io_seconds <= kInSyncLagSeconds &&
           address != input.addresses.end() && address->second.ip == own.info.primary_host;
  };
  return !std::ranges::any_of(input.layout.OthersOf(input.self), proven);
}

std::optional<LastCopyVerdict> JudgeLastCopy(const LastCopyInput& input) {
  const std::vector<MemberName> others = input.layout.OthersOf(input.self);
  if (!input.self.HoldsData() || others.empty()) {
    return LastCopyVerdict{.keep = false, .reason = "no other member is declared"};
  }
  if (input.own.phase != Phase::kRunning) return std::nullopt;
  if (!input.own.HasData()) return LastCopyVerdict{.keep = false, .reason = "it holds no data"};
  std::string list;
  for (const MemberName other : others) {
    const auto why = WhyNoCopy(input, other);
    if (why) {
      list += std::format("{}{}: {}", list.empty() ? "" : ", ", other.ToString(), *why);
      continue;
    }
    if (IsPrimary(input.own.engine) && !input.ready) {
      return LastCopyVerdict{
          .keep = true, .reason = "it leads and is not ready, so its budget does not count it"};
    }
    return LastCopyVerdict{.keep = false, .reason = other.ToString() + " is in sync"};
  }
  return LastCopyVerdict{.keep = true,
                         .reason = std::format("no other member is in sync ({})", list)};
}

std::string AllowEvictionCommand(const std::string& name_space, const std::string& pod) {
  return std::format("kubectl label pod -n {} {} bowline/allow-eviction=true", name_space, pod);
}

std::vector<std::string> DescribeLastCopies(const std::string& name_space, const Reports& reports) {
  std::vector<std::string> lines;
  for (const auto& [member, report] : reports) {
    if (report.last_copy.empty()) continue;
    const std::string what = std::format("{}: last copy: {}", member.ToString(), report.last_copy);
    lines.push_back(report.eviction_allowed
                        ? what + "; its eviction is allowed by the label bowline/allow-eviction"
                        : std::format("{}; its eviction is refused; to allow it: {}", what,
                                      AllowEvictionCommand(name_space, report.pod)));
  }
  return lines;
}

}  // namespace bowline
