#include "plan/common/after_death.h"

#include <algorithm>
#include <format>

namespace bowline {
namespace {

std::string WhyNobody(const AfterDeathInput& input) {
  std::string why;
  for (const MemberName member : input.layout.MembersOf(input.self.shard)) {
    if (member == input.self) continue;
    const auto report = input.reports.find(member);
    why += std::format(
        "{}{}: {}", why.empty() ? "" : "; ", member.ToString(),
        report == input.reports.end() ? "silent" : ProveInSync(report->second, input.last).reason);
  }
  return why.empty() ? "no replica is declared" : "no replica is in sync (" + why + ")";
}

bool AnySilent(const AfterDeathInput& input) {
  return !Silent(input.reports, input.layout.OthersOf(input.self)).empty();
}

/// Has one of the replicas perhaps got more by now than its report tells?
bool MayBeEarly(const AfterDeathInput& input) {
  return std::ranges::any_of(input.layout.MembersOf(input.self.shard), [&](MemberName member) {
    const auto report = input.reports.find(member);
    if (member == input.self || report == input.reports.end()) return false;
    const bool linked = report->second.engine.answers && report->second.engine.info.link_up;
    return input.asked < (linked ? kStreamEnds : kReportAge);
  });
}

}  // namespace

AfterDeathPlan PlanAfterDeath(const AfterDeathInput& input) {
  const auto leaders = PrimariesOf(input.layout, input.reports, input.self.shard);
  if (!leaders.empty()) {
    return {.action = AfterDeathAction::kEnd,
            .target = std::nullopt,
            .reason = leaders.front().ToString() + " leads already"};
  }
  const auto best = BestInSync(input.layout, input.reports, input.self.shard, input.self,
                               input.last, input.voted_out);
  if (best) return {.action = AfterDeathAction::kTakeOver, .target = best, .reason = best->reason};
  if (MayBeEarly(input) || (AnySilent(input) && input.waited < kSilentPatience)) {
    return {.action = AfterDeathAction::kWait, .target = std::nullopt, .reason = WhyNobody(input)};
  }
  AfterDeathPlan plan{
      .action = AfterDeathAction::kEnd, .target = std::nullopt, .reason = WhyNobody(input)};
  if (!input.data_stays) {
    plan.reason += ", and the data here is not on the volume";
  } else if (input.restarted_lately) {
    plan.reason += ", and the engine was started again here less than a minute ago";
  } else {
    plan.action = AfterDeathAction::kStartAgain;
    plan.reason += ": the data is on the volume here, the engine is started again";
  }
  return plan;
}

}  // namespace bowline
