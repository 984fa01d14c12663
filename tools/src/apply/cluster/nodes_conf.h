#pragma once
// Cluster mode: the nodes.conf that an engine starts from.

#include "apply/common/mode_driver.h"

namespace bowline {

/// By the plan: the first layout's, the own one with new addresses, or another member's view.
/// kAborted when that member has just fallen silent.
Status WriteNodesConf(const StartFiles& files, const StartPlan& plan);

}  // namespace bowline
