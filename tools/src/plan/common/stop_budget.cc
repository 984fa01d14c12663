#include "plan/common/stop_budget.h"

#include <algorithm>
#include <format>

#include "base/timing.h"

namespace bowline {
namespace {

using std::chrono::milliseconds;

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
      return lasted >= kObstaclePatience;
  }
  return false;
}

}  // namespace bowline
