#pragma once
// Sentinel mode: how servers (server_start.cc) and sentinels (sentinel_start.cc) may start.
// docs/architecture.md says it in words.

#include "plan/common/start_parts.h"
#include "plan/sentinel/quorum_view.h"

namespace bowline {

/// The one server that runs as primary, with data, while the sentinels that were
/// heard name no other one; nullptr: there is none.
const Report* OnlyPrimary(const StartInput& input, const QuorumView& quorum);

/// Of a server. The installation is known, the volume is not refused, all known epochs are in
/// `input` (plan/sentinel/known_epochs.h).
StartPlan PlanServerStart(const StartInput& input);

/// Of a sentinel, likewise: whom it watches, and with which epochs. With a memory of its own it
/// waits for nobody: a later epoch that it hears wins. Without one it takes the word of a majority
/// of the others, and decides like the servers (plan/sentinel/cold_start.h) only when no majority
/// knows.
StartPlan PlanSentinelStart(const StartInput& input);

}  // namespace bowline
