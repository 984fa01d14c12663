#pragma once
// How a standalone server may start.

#include "plan/common/start.h"

namespace bowline {

/// The installation is known, the volume is not refused: it leads with what it has. Empty after it
/// has held data it says so.
StartPlan PlanStandaloneStart(const VolumeFacts& volume);

}  // namespace bowline
