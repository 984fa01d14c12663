#pragma once
// Cluster mode: what must hold before a planned handover to a replica that is in sync.

#include "plan/common/handover_step.h"

namespace bowline {

/// Adds an obstacle to `step`, whose target is chosen, or for how long it may take over without
/// votes.
void CheckShardHandover(const HandoverLook& look, HandoverStep& step);

}  // namespace bowline
