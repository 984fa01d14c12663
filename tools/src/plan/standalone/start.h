#pragma once
// How a standalone server may start.

#include "plan/common/start.h"

namespace bowline {

/// The installation is known, the volume is not refused: it leads with what it has. Empty after it
/// has held data it says so. A note on the volume that another server has been given the lead in a
/// later epoch is of a release that has just become a set, whose settings are not here yet: they
/// are waited for.
StartPlan PlanStandaloneStart(const StartInput& input);

}  // namespace bowline
