#include "plan/cluster/handover.h"

#include <algorithm>
#include <format>
#include <utility>

#include "base/timing.h"
#include "plan/cluster/cluster_view.h"

namespace bowline {
namespace {

/// Redis drops a failover request silently when the primary does not list the caller as its replica
/// yet (facts/cluster.md 3); the request would cost 5 s of paused writes.
bool ListsAsReplica(const EngineSnapshot& primary, const Identity& identity, MemberName self,
                    MemberName replica) {
  const NodeLine* line = primary.view.Find(identity.NodeIdOf(replica));
  return line != nullptr && line->role == NodeRole::kReplica &&
         line->primary == identity.NodeIdOf(self);
}

}  // namespace

std::optional<std::chrono::milliseconds> SecureSpan(const HandoverLook& look) {
  if (!SecureInLead(look.layout, look.identity, look.reports, look.self)) return std::nullopt;
  return std::max(look.node_timeout - kOldestReport, std::chrono::milliseconds(0));
}

VotelessPlan PlanWithoutVotes(const HandoverLook& look, std::uint64_t epoch_before) {
  const auto not_so = [](std::string why) {
    return VotelessPlan{.secure = std::nullopt, .why = std::move(why)};
  };
  const std::string name = look.to->ToString();
  const auto target = look.reports.find(*look.to);
  if (target == look.reports.end()) return not_so(name + " is silent");
  const EngineSnapshot& engine = target->second.engine;
  if (!engine.answers || !HearsMajority(engine.view)) {
    return not_so(name + " does not hear a majority of the primaries");
  }
  const auto leading = PrimariesOf(look.layout, look.reports, look.self.shard);
  if (!leading.empty()) return not_so(leading.front().ToString() + " leads the shard");
  if (engine.cluster.current_epoch <= epoch_before) {
    return not_so(std::format("{} has not raised its epoch yet, which is still {}", name,
                              engine.cluster.current_epoch));
  }
  if (!KnownToMajority(look.reports, engine.cluster.current_epoch)) {
    return not_so("a majority of the primaries has not heard that " + name + " asks for votes");
  }
  if (!TakenForFailedBy(look.layout, look.identity, look.reports, *look.to).empty()) {
    return not_so("other primaries take " + name + " for failed");
  }
  const auto span = SecureSpan(look);
  if (!span) return not_so("no majority of the primaries says that the dead one leads");
  if (span->count() == 0) return not_so("the node timeout is too short for it");
  return {.secure = std::min(*span, kVotelessSpan), .why = ""};
}

Status CheckOrphan(const EngineInfo& info, const std::optional<MemberName>& follows,
                   MemberName self) {
  if (follows && *follows != self) {
    return Fail(Code::kAborted, "the replica follows {}", follows->ToString());
  }
  if (info.link_up) return Fail(Code::kUnavailable, "the replica's link to its primary is up");
  if (!follows) {
    return Fail(Code::kUnavailable, "the replica follows {}, an unknown address",
                info.primary_host);
  }
  return {};
}

void CheckShardHandover(const HandoverLook& look, HandoverStep& step) {
  if (!ListsAsReplica(look.reports.at(look.self).engine, look.identity, look.self, step.target)) {
    step.obstacle = Obstacle::kSyncing;
    step.why = "the primary does not list " + step.target.ToString() + " as its replica";
    return;
  }
  const auto by = TakenForFailedBy(look.layout, look.identity, look.reports, step.target);
  if (!by.empty()) {
    step.obstacle = Obstacle::kTakenForFailed;
    step.why = std::format(
        "other primaries ({} heard, {} among them) still take {} for failed, so that another one "
        "would be elected",
        by.size(), by.front().ToString(), step.target.ToString());
    return;
  }
  step.secure = SecureSpan(look);
}

}  // namespace bowline
