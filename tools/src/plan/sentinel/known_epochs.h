#pragma once
// Sentinel mode: which epoch a server's dataset is of, by all that is known. A server's own
// position is up to a second old, so one that has just been promoted may look older than a replica.

#include "model/layout.h"
#include "plan/common/shard_view.h"
#include "plan/common/start.h"

namespace bowline {

/// Raises the epochs in `reports` (of servers): of the server that a majority of sentinels names,
/// to their config epoch; of one to whom the lead was given, to what the note of the giver says,
/// which no sentinel may have heard of.
void RaiseEpochs(const Layout& layout, Reports& reports);

/// The same for everything in a start's input, the own dataset included.
StartInput WithKnownEpochs(StartInput input);

}  // namespace bowline
