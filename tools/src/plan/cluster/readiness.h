#pragma once
// Cluster mode: may an engine that answers get traffic?

#include "plan/common/probe.h"

namespace bowline {

/// cluster_state is ok, and a primary owns slots.
Verdict ClusterReadiness(const EngineSnapshot& engine);

}  // namespace bowline
