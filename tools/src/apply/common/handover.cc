#include "apply/common/handover.h"

#include <algorithm>
#include <optional>

#include "apply/common/handover_parts.h"
#include "apply/common/mode_driver.h"
#include "base/timing.h"
#include "sys/log.h"

namespace bowline {
namespace {

struct NextStep {
  HandoverStep step;
  std::optional<Deadline> secure;  ///< see SwitchTarget
};

NextStep Look(const HandoverContext& ctx, Deadline deadline, const MemberName* to) {
  const auto asked = std::chrono::steady_clock::now();
  const Reports reports = LookAtAll(ctx, deadline);
  NextStep next{.step = PlanHandoverStep(
                    {.layout = ctx.settings.layout,
                     .identity = ctx.identity,
                     .self = ctx.self,
                     .reports = reports,
                     .node_timeout = Milliseconds(ctx.settings.node_timeout_milliseconds),
                     .to = to == nullptr ? std::nullopt : std::optional(*to)},
                    ctx.driver.rules()),
                .secure = std::nullopt};
  if (next.step.secure) {
    next.secure = deadline.Within(std::max(*next.step.secure - Since(asked), Milliseconds(0)));
  }
  return next;
}

/// An obstacle that stands since a moment, and whether it is time to give up.
class Obstacles {
 public:
  bool GiveUp(Obstacle obstacle) {
    if (obstacle != now_) since_ = std::chrono::steady_clock::now();
    now_ = obstacle;
    return GivesUp(now_, Since(since_));
  }

 private:
  Obstacle now_ = Obstacle::kNone;
  std::chrono::steady_clock::time_point since_;
};

}  // namespace

HandoverEnd HandOverPlanned(const HandoverContext& ctx, Deadline deadline, const MemberName* to) {
  Obstacles obstacles;
  std::string last = "there was no time";
  std::optional<MemberName> switched_to;  // not confirmed
  while (!deadline.Passed()) {
    const auto [step, secure] = Look(ctx, deadline, to);
    if (step.end && switched_to) {
      return {.result = HandoverResult::kNoMajority,
              .why = std::format("{} after a switch to {}: {}", step.end->why,
                                 switched_to->ToString(), last)};
    }
    if (step.end) return *step.end;
    if (step.obstacle != Obstacle::kNone) {
      last = step.why;
      if (obstacles.GiveUp(step.obstacle)) {
        return {.result = HandoverResult::kNoCandidate, .why = step.why};
      }
      (void)deadline.Sleep(Milliseconds(100));
      continue;
    }
    LogInfo("handing over", {{"to", step.target.ToString()}, {"why", step.reason}});
    Status switched = ctx.driver.Switch(ctx, {.member = step.target, .secure = secure}, deadline);
    if (switched) {
      switched_to = step.target;
      switched = WaitForMajority(ctx, step.target, deadline.Within(kConfirmation));
    }
    if (switched) {
      return {.result = HandoverResult::kDone,
              .why = step.target.ToString() + " leads, a majority confirms it"};
    }
    last = switched.error().ToString();
    LogWarning("the handover did not happen; deciding anew", {{"err", last}});
    if (obstacles.GiveUp(ctx.driver.NoMajority(ctx, deadline) ? Obstacle::kNoMajority
                                                              : Obstacle::kNone)) {
      return {.result = HandoverResult::kNoMajority, .why = last};
    }
    (void)deadline.Sleep(Milliseconds(200));
  }
  return {.result = HandoverResult::kFailed,
          .why = "no handover could be confirmed in time: " + last};
}

Status TakeOverDead(const HandoverContext& ctx, const TakeOverTarget& target, Deadline deadline) {
  return ctx.driver.TakeOver(ctx, target, deadline);
}

}  // namespace bowline
