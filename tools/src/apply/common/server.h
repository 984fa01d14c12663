#pragma once
// `run server`: an engine, its handovers before a stop and after a death.

#include <string>
#include <vector>

#include "apply/common/context.h"
#include "apply/common/mode_driver.h"

namespace bowline {

/// Runs until the engine has ended; the container's exit code. Errors are those of the start (see
/// Guard::Run); kFailedPrecondition when this pod is no server.
Result<int> RunServer(LiveSettings& settings, DriverFor driver_for, const PodEnv& pod,
                      const std::vector<std::string>& engine_arguments);

}  // namespace bowline
