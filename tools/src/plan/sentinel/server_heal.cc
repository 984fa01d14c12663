#include "plan/sentinel/server_heal.h"

#include <algorithm>
#include <format>

#include "plan/common/moved_service.h"
#include "plan/sentinel/may_be_promoted.h"
#include "plan/sentinel/running_sentinels.h"

namespace bowline {
namespace {

/// Why this server must leave its place and follow `primary`; nothing: it need not.
std::optional<std::string> WhyFollow(const ServerHealInput& input, MemberName primary) {
  const EngineInfo& info = input.own.engine.info;
  if (info.primary) return "a primary";
  const auto followed = MemberAt(input.addresses, info.primary_host);
  if (followed == primary) return std::nullopt;  // link up or not: the engine tries by itself
  if (followed) return "a replica of " + followed->ToString();
  // Nobody's address: an old one, or of a primary outside, whose link is then up.
  if (info.link_up || info.sync_in_progress) return std::nullopt;
  return std::format("a replica of {}, which is no member's address", info.primary_host);
}

void PlanFollow(const ServerHealInput& input, ServerHealPlan& plan) {
  const RunningSentinels sentinels = AskSentinels(input.layout, input.peers);
  if (!sentinels.settled || sentinels.named == input.own.member) return;
  if (input.changed && input.changed->MayPrecede(sentinels.epoch, kRoleSettles)) return;
  const MemberName primary = *sentinels.named;
  const auto report = input.peers.find(primary);
  if (report == input.peers.end() || !report->second.RunsAsPrimary()) return;
  if (!input.addresses.contains(primary)) return;
  const auto why = WhyFollow(input, primary);
  if (!why) return;
  plan.follow = primary;
  plan.reason +=
      std::format("{}, but a majority of the sentinels names {}; ", *why, primary.ToString());
}

/// Why sentinels may promote this server again; nothing: they may not.
std::optional<std::string_view> WhyRelease(const ServerHealInput& input, bool follows_anew) {
  const EngineInfo& info = input.own.engine.info;
  // Who follows another one from now on has yet to get what that one has.
  if (!follows_anew && info.primary) return "leads, may be promoted again; ";
  if (!follows_anew && info.link_up && !info.sync_in_progress) return "in sync, may be promoted; ";
  const auto follows = MemberAt(input.addresses, info.primary_host);
  if (!MayBePromoted(input.layout, input.peers, input.own, follows, input.lived))
    return std::nullopt;
  return "no other server is known to hold a newer dataset, may be promoted; ";
}

/// One after the other, should the first one not succeed.
std::chrono::milliseconds TurnOf(MemberName member) {
  return std::chrono::milliseconds(2000) * (1 + member.ordinal);
}

/// More than half of the sentinels run, name `primary`, and have found it dead.
bool TakenForDead(const ServerHealInput& input, MemberName primary) {
  const auto dead = std::ranges::count_if(input.layout.Sentinels(), [&](MemberName name) {
    const SentinelSnapshot* sentinel = AnsweringSentinel(input.peers, name);
    return sentinel != nullptr && sentinel->primary == primary && sentinel->primary_down;
  });
  return dead * 2 > input.layout.sentinels && AskSentinels(input.layout, input.peers).settled;
}

/// The primary that has not come back; nothing: nobody is to be replaced.
std::optional<MemberName> WhomToReplace(const ServerHealInput& input) {
  const EngineInfo& info = input.own.engine.info;
  const bool never_linked = !info.link_up && !info.sync_in_progress && info.link_down_seconds < 0;
  if (input.held_back || info.primary || !never_linked || !input.own.HasData()) return std::nullopt;
  if (input.lived < kPrimaryPatience + TurnOf(input.own.member)) return std::nullopt;
  const auto primary = MemberAt(input.addresses, info.primary_host);
  if (!primary || input.peers.contains(*primary) || !TakenForDead(input, *primary)) {
    return std::nullopt;
  }
  return primary;
}

}  // namespace

ServerHealPlan PlanServerHeal(const ServerHealInput& input) {
  ServerHealPlan plan;
  if (!input.own.engine.answers || input.own.engine.info.loading) return plan;
  plan.announce = MovedService(input.addresses, input.own.member, input.announced, plan.reason);
  PlanFollow(input, plan);
  plan.replace = WhomToReplace(input);
  if (plan.replace) {
    plan.reason +=
        plan.replace->ToString() + " has not come back, a sentinel is asked to replace it; ";
  }
  if (!input.held_back) return plan;
  const auto why = WhyRelease(input, plan.follow.has_value());
  plan.release = why.has_value();
  plan.reason += why.value_or("");
  return plan;
}

}  // namespace bowline
