#include "plan/common/unwritable.h"

#include <algorithm>
#include <format>

#include "plan/common/role_budget.h"

namespace bowline {
namespace {

/// Why this replica cannot take the writes; nothing: it can.
std::optional<std::string> WhyNot(const Report& report) {
  if (!report.RunsAsReplica()) return "not a running replica";
  if (!report.engine.info.link_up || report.engine.info.sync_in_progress) return "not in sync";
  if (report.written_ms < 0) return "its volume has taken no test write";
  if (std::chrono::milliseconds(report.written_ms) > kWriteProofAge) {
    return "its volume has taken no test write for more than 5 s";  // the same words at each look
  }
  return std::nullopt;
}

bool Lately(const Report& own) {
  return std::ranges::any_of(own.role_changes, [](std::int64_t age) {
    return std::chrono::seconds(age) < kBetweenUnwritable;
  });
}

}  // namespace

bool Unwritable(const UnwritableInput& input) {
  return input.own.RunsAsPrimary() && input.own.engine.refusal.starts_with("MISCONF") &&
         input.refusing >= kUnwritableAfter && !Lately(input.own) &&
         (!input.since_last || *input.since_last >= kBetweenUnwritable);
}

UnwritablePlan PlanUnwritable(const UnwritableInput& input) {
  UnwritablePlan plan;
  if (!Unwritable(input)) return plan;
  Reports shard = input.peers;
  shard[input.own.member] = input.own;
  if (RoleChangesOf(input.layout, shard, input.own.member.shard) >= RoleBudget::kChanges) {
    plan.reason = std::format(
        "this primary refuses writes ({}), and the lead of its shard has been moved {} times "
        "within 10 minutes already, without a death: it stays here until the first of these is "
        "over; make room on the volumes, or bowline failover --to MEMBER",
        input.own.engine.refusal, RoleBudget::kChanges);
    return plan;
  }
  const EngineInfo* best = nullptr;
  std::string others;
  for (const MemberName member : input.layout.MembersOf(input.own.member.shard)) {
    if (member == input.own.member) continue;
    const auto report = input.peers.find(member);
    const auto why_not =
        report == input.peers.end() ? std::optional<std::string>("silent") : WhyNot(report->second);
    if (why_not) {
      others += std::format("; {}: {}", member.ToString(), *why_not);
      continue;
    }
    const EngineInfo& info = report->second.engine.info;
    if (best != nullptr && info.offset <= best->offset) continue;
    best = &info;
    plan.target = member;
  }
  plan.reason =
      plan.target ? std::format("this primary refuses writes ({}), and the volume of {} takes them",
                                input.own.engine.refusal, plan.target->ToString())
                  : std::format("this primary refuses writes ({}), and nobody can take over{}",
                                input.own.engine.refusal, others);
  return plan;
}

}  // namespace bowline
