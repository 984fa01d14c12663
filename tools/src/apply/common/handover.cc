#include "apply/common/handover.h"

#include <algorithm>
#include <optional>

#include "apply/common/handover_parts.h"
#include "apply/common/mode_driver.h"
#include "plan/common/stop_budget.h"
#include "sys/log.h"

namespace bowline {
namespace {

/// Is somebody of the shard about to become fit, so that waiting for it makes sense?
bool WorthWaiting(const HandoverContext& ctx, const Reports& reports) {
  return std::ranges::any_of(ctx.settings.layout.MembersOf(ctx.self.shard), [&](MemberName member) {
    const auto report = reports.find(member);
    return member != ctx.self && report != reports.end() && report->second.phase == Phase::kRunning;
  });
}

/// One look at everybody: what is there to do?
HandoverStep NextStep(const HandoverContext& ctx, Deadline deadline, const MemberName* to) {
  const auto asked = std::chrono::steady_clock::now();
  const Reports reports = LookAtAll(ctx, deadline);
  const auto self = reports.find(ctx.self);
  HandoverStep step;
  if (self == reports.end() || !self->second.engine.answers) {
    step.obstacle = Obstacle::kNoAnswer;
    step.why = ctx.self.ToString() + " itself does not answer";
    return step;
  }
  const HandoverEnd nothing{.result = HandoverResult::kNothingToDo,
                            .why = ctx.self.ToString() + " is no primary with data to hand over"};
  const NodeLine* myself = self->second.engine.view.Myself();
  const bool empty = myself != nullptr && myself->slots.empty();
  if (!self->second.engine.info.primary || empty) {
    step.end = nothing;
    return step;
  }
  Reports choice = reports;
  if (to != nullptr) {
    std::erase_if(choice, [&](const auto& report) {
      return report.first != ctx.self && report.first != *to;
    });
  }
  const auto candidate = BestForHandover(ctx.settings.layout, choice, ctx.self.shard, ctx.self);
  if (!candidate) {
    const bool worth = WorthWaiting(ctx, choice);
    step.obstacle = worth ? Obstacle::kSyncing : Obstacle::kNoCandidate;
    step.why = std::format("{} that could take over {}",
                           to == nullptr ? "no replica" : "no " + to->ToString(),
                           worth ? "is in sync" : "runs");
    return step;
  }
  step.target = candidate->member;
  ctx.driver.CheckStep(ctx, reports, asked, deadline, step);
  if (step.obstacle != Obstacle::kNone) return step;
  LogInfo("handing over", {{"to", candidate->member.ToString()}, {"why", candidate->reason}});
  return step;
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

std::string_view HandoverResultName(HandoverResult result) {
  switch (result) {
    case HandoverResult::kDone:
      return "done";
    case HandoverResult::kNothingToDo:
      return "nothing to do";
    case HandoverResult::kNoCandidate:
      return "no candidate";
    case HandoverResult::kNoMajority:
      return "no majority";
    case HandoverResult::kFailed:
      return "failed";
  }
  return "";
}

Result<HandoverResult> ParseHandoverResult(std::string_view name) {
  for (const HandoverResult result :
       {HandoverResult::kDone, HandoverResult::kNothingToDo, HandoverResult::kNoCandidate,
        HandoverResult::kNoMajority, HandoverResult::kFailed}) {
    if (HandoverResultName(result) == name) return result;
  }
  return Fail(Code::kInvalidArgument, "\"{}\" is no end of a handover", name);
}

HandoverEnd HandOverPlanned(const HandoverContext& ctx, Deadline deadline, const MemberName* to) {
  Obstacles obstacles;
  std::string last = "there was no time";
  while (!deadline.Passed()) {
    const HandoverStep step = NextStep(ctx, deadline, to);
    if (step.end) return *step.end;
    if (step.obstacle != Obstacle::kNone) {
      last = step.why;
      if (obstacles.GiveUp(step.obstacle)) {
        return {.result = HandoverResult::kNoCandidate, .why = step.why};
      }
      (void)deadline.Sleep(Milliseconds(100));
      continue;
    }
    Status switched = ctx.driver.Switch(ctx, step, deadline);
    if (switched) switched = WaitForMajority(ctx, step.target, deadline);
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
