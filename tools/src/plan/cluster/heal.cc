#include "plan/cluster/heal.h"

#include <format>

#include "plan/common/moved_service.h"

namespace bowline {
namespace {

/// A replica whose link is down and goes elsewhere than where its primary is by the member
/// Services.
void PlanReplicate(const HealInput& input, const NodesView& view, HealPlan& plan) {
  const EngineInfo& info = input.engine.info;
  const NodeLine& myself = *view.Myself();
  if (info.primary || info.link_up || info.sync_in_progress || myself.primary.empty()) return;
  for (const MemberName member : input.layout.MembersOf(input.self.shard)) {
    if (input.identity.NodeIdOf(member) != myself.primary) continue;
    const auto address = input.addresses.find(member);
    if (address == input.addresses.end() || address->second.ip == info.primary_host) return;
    plan.replicate = myself.primary;
    plan.reason += std::format("replicates from {}, {} is at {}; ", info.primary_host,
                               member.ToString(), address->second.ip);
  }
}

/// Members that the view lacks or holds at another address without a link: they do not know us, or
/// we not them.
void PlanMeet(const HealInput& input, const NodesView& view, HealPlan& plan) {
  for (const auto& [member, endpoint] : input.addresses) {
    if (member == input.self) continue;
    const NodeLine* line = view.Find(input.identity.NodeIdOf(member));
    const bool lost =
        line == nullptr || line->noaddr || (line->endpoint.ip != endpoint.ip && !line->connected);
    if (!lost) continue;
    plan.meet.push_back(endpoint);
    plan.reason += std::format("{} is not known at {}; ", member.ToString(), endpoint.ip);
  }
}

}  // namespace

std::vector<MemberName> Unreachable(const HealInput& input) {
  std::vector<MemberName> members;
  const NodesView& view = input.engine.view;
  if (!input.engine.answers || !view.Readable()) return members;
  const EngineInfo& info = input.engine.info;
  const NodeId& primary = view.Myself()->primary;
  for (const MemberName member : input.layout.Members()) {
    if (member == input.self) continue;
    const NodeLine* line = view.Find(input.identity.NodeIdOf(member));
    const auto known = input.addresses.find(member);
    const bool moved = line != nullptr &&
                       (known == input.addresses.end() || known->second.ip != line->endpoint.ip);
    const bool link_down = line != nullptr && line->id == primary && !info.primary && !info.link_up;
    if (line == nullptr || moved || link_down || !line->connected || line->noaddr || line->fail ||
        line->maybe_fail) {
      members.push_back(member);
    }
  }
  return members;
}

HealPlan PlanHeal(const HealInput& input) {
  HealPlan plan;
  const NodesView& view = input.engine.view;
  if (!input.engine.answers || !view.Readable()) return plan;
  plan.announce = MovedService(input.addresses, input.self, input.announced, plan.reason);
  PlanReplicate(input, view, plan);
  PlanMeet(input, view, plan);
  return plan;
}

}  // namespace bowline
