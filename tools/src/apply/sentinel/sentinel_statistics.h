#pragma once
// What GET /metrics tells of a sentinel.

#include <string>

#include "plan/common/metrics_engine.h"
#include "resp/client.h"

namespace bowline {

/// INFO, and all about the primary of that name; what is refused is left out.
EngineTold AskSentinelStatistics(RespClient& sentinel, const std::string& name, Deadline deadline);

}  // namespace bowline
