#pragma once
// `run server`: guard, engine, signals, end. PID 1 of the engine's container.

#include <string>
#include <vector>

#include "apply/context.h"
#include "base/error.h"

namespace bowline {

/// Runs until the engine has ended; the container's exit code. Errors are those of the start (see
/// Guard::Run).
Result<int> RunServer(const Settings& settings, const Paths& paths, const PodEnv& pod,
                      const std::vector<std::string>& engine_arguments);

/// Writes the engine's configuration for the given announced address to paths.run.
Status WriteEngineConf(const Settings& settings, const Paths& paths, const EngineSecrets& secrets,
                       const Endpoint& announced);

}  // namespace bowline
