#include "plan/common/handover_step.h"

#include <algorithm>
#include <format>

#include "plan/common/mode_rules.h"
#include "plan/common/sync_proof.h"

namespace bowline {
namespace {

constexpr HandoverResult kResults[] = {HandoverResult::kDone, HandoverResult::kNothingToDo,
                                       HandoverResult::kNoCandidate, HandoverResult::kNoMajority,
                                       HandoverResult::kFailed};

/// Is one of those who may take over about to become fit, so that waiting for it makes sense?
bool WorthWaiting(const HandoverLook& look) {
  return std::ranges::any_of(look.layout.MembersOf(look.self.shard), [&](MemberName member) {
    const auto report = look.reports.find(member);
    return member != look.self && (!look.to || member == *look.to) &&
           report != look.reports.end() && report->second.phase == Phase::kRunning;
  });
}

/// Does the engine lead, and in cluster mode slots too?
bool LeadsData(const EngineSnapshot& engine) {
  const NodeLine* myself = engine.view.Myself();
  const bool empty = myself != nullptr && myself->slots.empty();
  return engine.info.primary && !empty;
}

/// Who may take over, and the primary itself.
Reports Choice(const HandoverLook& look) {
  if (!look.to) return look.reports;
  Reports choice;
  for (const MemberName member : {look.self, *look.to}) {
    const auto report = look.reports.find(member);
    if (report != look.reports.end()) choice.insert(*report);
  }
  return choice;
}

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
  for (const HandoverResult result : kResults) {
    if (HandoverResultName(result) == name) return result;
  }
  return Fail(Code::kInvalidArgument, "\"{}\" is no end of a handover", name);
}

HandoverStep PlanHandoverStep(const HandoverLook& look, const ModeRules& rules) {
  HandoverStep step;
  const auto self = look.reports.find(look.self);
  if (self == look.reports.end() || !self->second.engine.answers) {
    step.obstacle = Obstacle::kNoAnswer;
    step.why = look.self.ToString() + " itself does not answer";
    return step;
  }
  if (!LeadsData(self->second.engine)) {
    step.end = {.result = HandoverResult::kNothingToDo,
                .why = look.self.ToString() + " is no primary with data to hand over"};
    return step;
  }
  Reports choice = Choice(look);
  while (const auto best = BestForHandover(look.layout, choice, look.self.shard, look.self)) {
    HandoverStep next;
    next.target = best->member;
    next.reason = best->reason;
    rules.CheckHandover(look, next);
    if (next.obstacle == Obstacle::kNone) return next;
    if (step.obstacle == Obstacle::kNone) step = next;  // the best one's, when no other is left
    choice.erase(best->member);
  }
  if (step.obstacle != Obstacle::kNone) return step;
  const bool worth = WorthWaiting(look);
  step.obstacle = worth ? Obstacle::kSyncing : Obstacle::kNoCandidate;
  step.why = std::format("no {} that could take over {}",
                         look.to ? look.to->ToString() : std::string("replica"),
                         worth ? "is in sync" : "runs");
  return step;
}

}  // namespace bowline
