#pragma once
// Cluster mode: moving a shard's lead by the engines' own means.

#include "apply/common/mode_driver.h"

namespace bowline {

/// See ModeDriver::CheckStep: the primary must list the target as its replica, and with a majority
/// behind the primary the step gets its time without votes.
void CheckShardStep(const HandoverContext& ctx, const Reports& reports,
                    std::chrono::steady_clock::time_point asked, Deadline deadline,
                    HandoverStep& step);

/// From the living primary `ctx.self` to the step's target: by an election of the engines, or,
/// while nobody else can be elected, without votes
/// (docs/decisions/0003-takeover-without-quorum.md).
Status SwitchShard(const HandoverContext& ctx, const HandoverStep& step, Deadline deadline);

/// See TakeOverDead.
Status TakeOverShard(const HandoverContext& ctx, const TakeOverTarget& target, Deadline deadline);

}  // namespace bowline
