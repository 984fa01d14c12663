#pragma once
// Sentinel mode: moving the primary's role ourselves, with the sentinels told in their own words.
// docs/decisions/0012 has the reasons and the figures.

#include "apply/common/handover.h"

namespace bowline {

/// From the living primary `ctx.self` to `target`, without losing or refusing a write: pause
/// writes, wait for equal offsets, promote, have the others follow, tell the sentinels, and when
/// they name the target make the old primary a replica and close its clients' connections. On a
/// failure before the promotion writes go on at the old primary. kUnavailable when no majority of
/// sentinels answers, kAborted when one of them is about to fail over itself.
Status SwitchServers(const HandoverContext& ctx, MemberName target, Deadline deadline);

/// `ctx.self` is the primary by the sentinels' word and does not run: `target` is promoted and the
/// sentinels are told; where one of them already takes the primary for dead, one is asked for a
/// failover instead, unless a loss is accepted: sentinels promote no replica whose link was down
/// for long (sentinel.c, sentinelSelectSlave). Returns when a majority names another server. Errors
/// as above; kDeadlineExceeded.
Status TakeOverServers(const HandoverContext& ctx, const TakeOverTarget& target, Deadline deadline);

/// `ctx.self` is the primary by the sentinels' word, and they have found it dead: one of them is
/// asked for a failover, whatever time-outs it keeps between two of them. Returns when a majority
/// names another server. kUnavailable: no sentinel can be asked, or it knows no replica that may be
/// promoted; kDeadlineExceeded.
Status ReplaceDead(const HandoverContext& ctx, Deadline deadline);

}  // namespace bowline
