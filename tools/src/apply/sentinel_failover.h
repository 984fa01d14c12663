#pragma once
// Sentinel mode: exactly one sentinel is asked for a failover, in the moment in which it takes
// least (facts/sentinel-phase.md); asking more than one makes two primaries (facts/sentinel.md 6).

#include "apply/handover.h"

namespace bowline {

/// From the living primary `ctx.self` to `target`, without losing a write: pause writes, wait for
/// equal offsets, SENTINEL FAILOVER, then make the old primary follow the new one ourselves, which
/// sentinels do only after ten seconds. On any failure writes go on at the old primary.
Status SwitchBySentinel(const HandoverContext& ctx, MemberName target, Deadline deadline);

/// `ctx.self` is the primary by the sentinels' word and does not run: another one takes over, and a
/// majority of sentinels names it. kUnavailable when no sentinel can be asked.
Status TakeOverBySentinel(const HandoverContext& ctx, Deadline deadline);

}  // namespace bowline
