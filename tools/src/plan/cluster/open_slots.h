#pragma once
// Slots that somebody began to move from one shard to another and did not finish: MIGRATING at the
// owner, IMPORTING at the target. Until they are closed, a client of such a slot is sent back and
// forth (ASK), and a failover of either shard can leave keys where nobody looks for them.

#include <string>
#include <vector>

#include "model/settings.h"
#include "plan/common/shard_view.h"

namespace bowline {

/// One line for each open slot and primary that has it open, each with the command that closes it.
/// An engine tells its own open slots alone. At most eight are named, then their number.
std::vector<std::string> OpenSlots(const Settings& settings, const Identity& identity,
                                   const Reports& reports);

}  // namespace bowline
