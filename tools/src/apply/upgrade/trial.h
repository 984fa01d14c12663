#pragma once
// Starts the engine with what is to be rolled out, in an empty folder and without a port, and
// writes down what it says: the container beside the gate (docs/decisions/0029-upgrade-gate.md).

#include <filesystem>
#include <string>
#include <vector>

#include "apply/common/context.h"
#include "plan/upgrade/trial.h"

namespace bowline {

/// The file with the result, in Paths::run.
inline constexpr const char* kTrialFile = "trial.json";

/// What a server's engine says to the members' files, and in sentinel mode what a sentinel says,
/// each with all lines that it refuses. Call it from the main thread, with signals blocked. Errors
/// are ours (files that cannot be written or read), never the engine's.
Result<EngineTrial> TryEngine(const Settings& settings, const Paths& paths,
                              const std::vector<std::string>& engine_arguments, Deadline deadline);

}  // namespace bowline
