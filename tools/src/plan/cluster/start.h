#pragma once
// Cluster mode: how a member may start.

#include "plan/common/start.h"

namespace bowline {

/// The installation is known, the volume is not refused. docs/architecture.md has the table.
StartPlan PlanClusterStart(const StartInput& input);

}  // namespace bowline
