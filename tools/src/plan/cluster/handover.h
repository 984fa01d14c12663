#pragma once
// Cluster mode: what must hold before a planned handover to a replica that is in sync.

#include <chrono>
#include <optional>
#include <string>

#include "plan/common/handover_step.h"

namespace bowline {

/// For how long, from the moment at which the reports were asked for, nobody is elected in place of
/// `look.self`, so that a replica of it may take over without votes: a majority of the primaries
/// says that it leads, and takes it neither for failed nor suspects it (docs/decisions/0003).
/// Nothing: no majority says so.
std::optional<std::chrono::milliseconds> SecureSpan(const HandoverLook& look);

/// After a death: from the look at all primaries on, how long a replica may be told to take over
/// without votes. The engines' own election begins at the earliest 500 ms after they have agreed
/// that the primary has failed (cluster_legacy.c, clusterHandleReplicaFailover).
inline constexpr std::chrono::milliseconds kVotelessSpan{500};

/// May a replica whose election has not come to an end take over without votes?
struct VotelessPlan {
  /// So long, from the moment at which the reports were asked for; nothing: it may not.
  std::optional<std::chrono::milliseconds> secure;
  std::string why;  ///< it may not
};

/// The engine of `look.self` has ended under its program, which alone can start it again, and the
/// replica `look.to` was told to ask for votes (docs/decisions/0003, case 3).
VotelessPlan PlanWithoutVotes(const HandoverLook& look);

/// Adds an obstacle to `step`, whose target is chosen, or for how long it may take over without
/// votes.
void CheckShardHandover(const HandoverLook& look, HandoverStep& step);

}  // namespace bowline
