#pragma once
// Cluster mode: the mode's lines of engine.conf.

#include <string>

#include "plan/common/engine_conf.h"

namespace bowline {

std::string ClusterDirectives(const EngineConfInput& input);

}  // namespace bowline
