#pragma once
// Cluster mode: the primaries elect. Where they run, who must be heard, and who tells of it.

#include "plan/common/fence.h"
#include "plan/common/node_loss.h"

namespace bowline {

/// The other members of the shard, and the other shards' primaries by the own CLUSTER NODES. With a
/// view that cannot be read nobody is known to vote, and then none is needed.
FenceGroup ClusterFenceGroup(const Layout& layout, const Identity& identity, MemberName self,
                             const NodesView& view);

/// The nodes with so many primaries that without them no majority would be left.
void AddPrimaryRisks(const Layout& layout, const Reports& reports, std::vector<NodeRisk>& risks);

/// Does the own engine have a link to a member with a lower name?
bool LowerNodeRuns(const Layout& layout, const Identity& identity, MemberName self,
                   const EngineSnapshot& engine);

}  // namespace bowline
