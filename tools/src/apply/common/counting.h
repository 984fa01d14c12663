#pragma once
// What several places of this layer count, for GET /metrics (sys/counters.h).

#include <chrono>
#include <string_view>

#include "sys/deadline.h"

namespace bowline {

/// Why a shard's lead was moved: label `kind` of bowline_handovers_total.
inline constexpr std::string_view kForStop = "stop";           ///< before the pod stops
inline constexpr std::string_view kForVerb = "verb";           ///< `bowline failover`
inline constexpr std::string_view kForRepair = "repair";       ///< the primary cannot write, or is
                                                               ///< not the one that is named
inline constexpr std::string_view kForDeath = "engine_death";  ///< the primary's engine has ended
inline constexpr std::string_view kForStart = "start";  ///< a primary that starts without data
inline constexpr std::string_view kForStale = "stale";  ///< nobody else is left

/// Why nobody was promoted, or not this member: label `reason` of bowline_promotions_refused_total.
inline constexpr std::string_view kMissedWrites = "missed_writes";  ///< of this replica
inline constexpr std::string_view kNoneInSync = "none_in_sync";     ///< after the engine's death

/// A handover or take-over has ended that began at `began`.
void CountHandover(std::string_view kind, bool done, std::chrono::steady_clock::time_point began);
void CountRefusedPromotion(std::string_view reason);

/// All counters that this member may ever count, at 0: their first rise shows then. `data`: of a
/// member with an engine.
void DeclareCounters(bool data);

}  // namespace bowline
