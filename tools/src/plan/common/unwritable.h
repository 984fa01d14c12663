#pragma once
// A living primary whose volume takes no writes refuses all of them (MISCONF) until a person acts,
// while replicas look on that could take them. When it hands its role over, and to whom.

#include <chrono>
#include <optional>
#include <string>

#include "base/timing.h"
#include "plan/common/shard_view.h"

namespace bowline {

struct UnwritableInput {
  Layout layout;
  Report own;
  Reports peers;                          ///< of the shard
  std::chrono::milliseconds refusing{0};  ///< since the last look that found writes taken
  /// Since the last try; empty: none in this process's life.
  std::optional<std::chrono::milliseconds> since_last;
};

struct UnwritablePlan {
  std::optional<MemberName> target;  ///< nothing: nobody takes over
  std::string reason;                ///< why that one, or why nobody can take over; else empty
};

/// Is there anything to ask the others for? By the own report alone.
bool Unwritable(const UnwritableInput& input);

/// Whoever has the highest offset of those that are in sync by their link and whose volume has just
/// taken a test write; then the lowest name. Nobody when the members of the shard have used up what
/// they may do by themselves (plan/common/role_budget.h): all volumes are full, or fill up in turn.
UnwritablePlan PlanUnwritable(const UnwritableInput& input);

}  // namespace bowline
