#pragma once
// Sentinel mode: the sentinels elect. Where they run, and who must be heard.

#include "plan/common/fence.h"
#include "plan/common/node_loss.h"

namespace bowline {

/// The other servers, and the sentinels.
FenceGroup SentinelFenceGroup(const Layout& layout, MemberName self);

/// The nodes with so many sentinels that without them no majority would be left.
void AddSentinelRisks(const Layout& layout, const Reports& reports, std::vector<NodeRisk>& risks);

}  // namespace bowline
