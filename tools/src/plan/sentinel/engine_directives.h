#pragma once
// Sentinel mode: the mode's lines of a server's engine.conf.

#include <string>
#include <string_view>

#include "plan/common/engine_conf.h"

namespace bowline {

/// Whom a sentinel may promote is decided by the program: replica-priority, slave-priority.
bool IsPriority(std::string_view directive);

/// Whom the server follows, and that no sentinel may promote it yet.
std::string ServerDirectives(const EngineConfInput& input);

}  // namespace bowline
