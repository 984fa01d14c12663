#pragma once
// Sentinel mode: which term a server's dataset is of, by all that is known. A server's own mark is
// up to a second old, so one that has just been promoted may look older than a replica.

#include "model/layout.h"
#include "plan/common/shard_view.h"
#include "plan/common/start.h"

namespace bowline {

/// Raises the terms in `cards` (of servers): of the server that a majority of sentinels names, to
/// their config epoch; of one to whom the lead was given, to what the note of the giver says, which
/// no sentinel may have heard of.
void RaiseTerms(const Layout& layout, Cards& cards);

/// The same for everything in a start's input, the own dataset included.
StartInput WithKnownTerms(StartInput input);

}  // namespace bowline
