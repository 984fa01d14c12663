#pragma once
// `run sentinel`: a sentinel, which is started anew when addresses have changed.

#include <string>
#include <vector>

#include "apply/common/context.h"
#include "apply/common/mode_driver.h"

namespace bowline {

/// Runs until the sentinel has ended; the container's exit code. Errors are those of the start (see
/// Guard::Run); kFailedPrecondition when this pod is no sentinel.
Result<int> RunSentinel(LiveSettings& settings, DriverFor driver_for, const PodEnv& pod,
                        const std::vector<std::string>& engine_arguments);

}  // namespace bowline
