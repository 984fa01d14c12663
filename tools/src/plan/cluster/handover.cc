#include "plan/cluster/handover.h"

#include <algorithm>
#include <format>

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
  if (!SecureInLead(look.layout, look.identity, look.reports, look.self)) return;
  step.secure = std::max(look.node_timeout - kOldestReport, std::chrono::milliseconds(0));
}

}  // namespace bowline
