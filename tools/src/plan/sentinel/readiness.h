#pragma once
// Sentinel mode: may a server whose engine answers, or a sentinel, get traffic?

#include "plan/common/probe.h"

namespace bowline {

/// A replica may. A primary is named by the processes of more than half of the declared sentinels
/// (one that has just been promoted: a short while later, kMayBeUnnamed), or, when no such majority
/// answers, still has a follower: one that the sentinels may have replaced while it was cut off
/// must not get writes.
Verdict ServerReadiness(const ProbeInput& input, const EngineInfo& info);

/// A sentinel names a member that does not deny it, as most of those that answer do, has its state
/// on its volume, knows the declared others, and reaches a majority.
Verdict SentinelReadiness(const ProbeInput& input);

}  // namespace bowline
