#include "plan/server_heal.h"

#include <format>

#include "plan/heal.h"
#include "plan/running_sentinels.h"

namespace bowline {
namespace {

/// Why this server must leave its place and follow `primary`; empty: it need not.
std::string WhyFollow(const ServerHealInput& input, MemberName primary) {
  const EngineInfo& info = input.engine.info;
  if (info.primary) return "a primary";
  const auto followed = MemberAt(input.addresses, info.primary_host);
  if (followed == primary) return "";  // link up or not: the engine tries by itself
  if (followed) return "a replica of " + followed->ToString();
  // Nobody's address: an old one, or of a primary outside, whose link is then up.
  if (info.link_up || info.sync_in_progress) return "";
  return std::format("a replica of {}, which is no member's address", info.primary_host);
}

void PlanFollow(const ServerHealInput& input, ServerHealPlan& plan) {
  const RunningSentinels sentinels = AskSentinels(input.layout, input.peers);
  if (!sentinels.settled || sentinels.named == input.self) return;
  const MemberName primary = *sentinels.named;
  const auto card = input.peers.find(primary);
  if (card == input.peers.end() || !card->second.RunsAsPrimary()) return;
  if (!input.addresses.contains(primary)) return;
  const std::string why = WhyFollow(input, primary);
  if (why.empty()) return;
  plan.follow = primary;
  plan.reason +=
      std::format("{}, but a majority of the sentinels names {}; ", why, primary.ToString());
}

}  // namespace

ServerHealPlan PlanServerHeal(const ServerHealInput& input) {
  ServerHealPlan plan;
  const EngineInfo& info = input.engine.info;
  if (!input.engine.answers || info.loading) return plan;
  plan.announce = MovedService(input.addresses, input.self, input.announced, plan.reason);
  PlanFollow(input, plan);
  // Not when it follows another one from now on: then it has yet to get what that one has.
  if (input.held_back && !plan.follow &&
      (info.primary || (info.link_up && !info.sync_in_progress))) {
    plan.release = true;
    plan.reason += info.primary ? "leads, may be promoted again; " : "in sync, may be promoted; ";
  }
  return plan;
}

}  // namespace bowline
