#pragma once
// Cluster mode: moving a shard's lead by the engines' own means.

#include "apply/common/mode_driver.h"

namespace bowline {

/// From the living primary `ctx.self` to the target: by an election of the engines, or,
/// while nobody else can be elected, without votes
/// (docs/decisions/0003-takeover-without-quorum.md).
Status SwitchShard(const HandoverContext& ctx, const SwitchTarget& target, Deadline deadline);

/// See TakeOverDead.
Status TakeOverShard(const HandoverContext& ctx, const TakeOverTarget& target, Deadline deadline);

}  // namespace bowline
