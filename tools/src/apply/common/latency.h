#pragma once
// Asks an engine for its slow log, its latency events and its statistics of commands: for `bowline
// latency`.

#include "plan/common/latency_page.h"
#include "resp/client.h"

namespace bowline {

/// The 128 newest slow commands, 32 latency events. What the engine refuses, or does not answer in
/// time, is told as a failure.
LatencyFacts AskLatency(RespClient& engine, Deadline deadline);

}  // namespace bowline
