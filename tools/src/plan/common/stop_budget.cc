#include "plan/common/stop_budget.h"

#include <algorithm>
#include <format>

namespace bowline {
namespace {

using std::chrono::milliseconds;

// SIGTERM follows the hook at once: a result that is older is not of this stop.
constexpr milliseconds kResultHolds{5'000};
// A copy that is just ending, a sentinel that is just coming back.
constexpr milliseconds kPatience{3'000};
// The others' connections to a former address of the replica hang for up to some node timeouts;
// writes go on meanwhile.
constexpr milliseconds kFlagPatience{15'000};

}  // namespace

milliseconds HandoverTime(milliseconds grace) {
  return std::max(grace - kShutdown, kLeastHandover);
}

StopBudget PlanStop(const StopInput& input) {
  const milliseconds all = HandoverTime(input.grace);
  if (!input.since_hook || *input.since_hook > input.grace) {
    return {.handover = all, .why = "no preStop hook has asked for a handover"};
  }
  if (input.since_settled && *input.since_settled <= kResultHolds) {
    return {.handover = milliseconds(0), .why = "the preStop hook: " + input.settled};
  }
  const milliseconds left = std::max(all - *input.since_hook, milliseconds(0));
  if (left.count() == 0) {
    return {.handover = left,
            .why = std::format("the preStop hook has used the {} ms that a stop has for a handover",
                               all.count())};
  }
  return {.handover = left,
          .why = std::format("left of {} ms, since the preStop hook has begun", all.count())};
}

bool GivesUp(Obstacle obstacle, milliseconds lasted) {
  switch (obstacle) {
    case Obstacle::kNone:
      return false;
    case Obstacle::kNoCandidate:
      return true;
    case Obstacle::kTakenForFailed:
      return lasted >= kFlagPatience;
    case Obstacle::kNoAnswer:
    case Obstacle::kSyncing:
    case Obstacle::kNoMajority:
      return lasted >= kPatience;
  }
  return false;
}

}  // namespace bowline
