#pragma once
// The time of a stop: the preStop hook and SIGTERM count against one terminationGracePeriod, so
// there is one budget for the handover of both. And what ends a handover before its time: an
// obstacle that does not go away. Pure functions.

#include <chrono>
#include <optional>
#include <string>

#include "base/timing.h"

namespace bowline {

/// Of a handover that ends before SIGTERM comes: all that a stop has for it.
std::chrono::milliseconds HandoverTime(std::chrono::milliseconds grace);

/// At SIGTERM: what the preStop hook of this stop has done so far.
struct StopInput {
  std::chrono::milliseconds grace{0};
  /// Since the hook asked for a handover; nothing: none has asked in this life of the program.
  std::optional<std::chrono::milliseconds> since_hook;
  /// Since that handover has ended, with `settled`; nothing: it has not, or not in such a way.
  std::optional<std::chrono::milliseconds> since_settled;
  /// "handed over to server-1", "no majority of sentinels": there is nothing to try again.
  std::string settled;
};

struct StopBudget {
  std::chrono::milliseconds handover{0};  ///< from now on; zero: none is tried
  std::string why;
};

/// A hook that asked longer ago than a whole grace period belongs to another stop (it was run by
/// hand, or the stop was cancelled).
StopBudget PlanStop(const StopInput& input);

/// Why a look or a try of a handover came to nothing.
enum class Obstacle {
  kNone,         ///< raced, or a call failed: worth another try
  kNoAnswer,     ///< the primary's own report is missing
  kNoCandidate,  ///< no replica of the shard runs, or none is allowed
  kSyncing,      ///< a replica runs and is not in sync yet
  /// Cluster mode: the replica would be voted out after it has taken over.
  kTakenForFailed,
  kNoMajority,  ///< no majority of sentinels (or primaries) can confirm another one
};

/// Has the obstacle stood for as long as waiting for its end makes sense? kNoCandidate: at once.
bool GivesUp(Obstacle obstacle, std::chrono::milliseconds lasted);

}  // namespace bowline
