#pragma once
// The next step of a planned handover (rule R7), by one look at everybody, and how a handover ends.
// Pure functions.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "plan/common/shard_view.h"
#include "plan/common/stop_budget.h"

namespace bowline {

class ModeRules;

enum class HandoverResult {
  kDone,         ///< the target leads, a majority says so
  kNothingToDo,  ///< not a primary with slots
  kNoCandidate,  ///< nobody can take over; the caller may stop all the same
  kNoMajority,   ///< no majority of sentinels or primaries can confirm another one; the same
  kFailed,       ///< it was tried, and the deadline has passed; a later try may succeed
};
std::string_view HandoverResultName(HandoverResult result);
/// kInvalidArgument naming what is no result.
Result<HandoverResult> ParseHandoverResult(std::string_view name);

struct HandoverEnd {
  HandoverResult result = HandoverResult::kFailed;
  std::string why;  ///< for people: to whom, or why not
};

/// One look at everybody.
struct HandoverLook {
  const Layout& layout;
  const Identity& identity;
  MemberName self;         ///< the primary that leaves
  const Reports& reports;  ///< its own among them
  std::chrono::milliseconds node_timeout{0};
  std::optional<MemberName> to;  ///< nobody else may take over
};

/// What there is to do: the handover ends, waits for an obstacle to go away, or switches to
/// `target`.
struct HandoverStep {
  std::optional<HandoverEnd> end;
  Obstacle obstacle = Obstacle::kNone;
  std::string why;  ///< of the obstacle
  MemberName target;
  std::string reason;  ///< why this target
  /// Counted from when the reports were asked for: so long nobody is elected against `self`, so
  /// that the target may take over without votes. Empty: it may not.
  std::optional<std::chrono::milliseconds> secure;
};

HandoverStep PlanHandoverStep(const HandoverLook& look, const ModeRules& rules);

}  // namespace bowline
