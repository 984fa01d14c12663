#pragma once
// The gate waits for what the container beside it tells of the engine.

#include <filesystem>
#include <string>

#include "kube/api.h"
#include "plan/upgrade/trial.h"

namespace bowline {

/// The engine's container in the gate's pod.
inline constexpr const char* kEngineContainer = "engine";

/// Until `file` is there, or the kubelet says that the container has ended, or the deadline.
/// kAborted, the Job tries again then: its image is still being pulled.
Result<EngineTrial> AwaitTrial(const KubeApi& api, const ObjectRef& pod,
                               const std::filesystem::path& file, Deadline deadline);

}  // namespace bowline
