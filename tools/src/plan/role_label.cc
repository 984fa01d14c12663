#include "plan/role_label.h"

#include <algorithm>

namespace bowline {

RoleLabelPlan PlanRoleLabel(const RoleLabelInput& input) {
  if (!input.primary) return {.own = kReplicaRole};
  if (!input.majority_heard || *input.majority_heard >= input.down_after) return {};
  return {.own = kPrimaryRole, .alone = input.confirmed};
}

bool HearsMajority(std::string_view view) {
  const auto nodes = ParseClusterNodes(view);
  if (!nodes) return false;
  int all = 0;
  int heard = 0;
  for (const NodeLine& line : nodes->lines) {
    if (line.role != NodeRole::kPrimary || line.slots.empty()) continue;
    ++all;
    if (line.myself || (line.connected && !line.fail && !line.maybe_fail)) ++heard;
  }
  return heard * 2 > all;
}

bool HearsMajority(const Layout& layout, const Cards& sentinels) {
  const auto answering = std::ranges::count_if(sentinels, [](const auto& entry) {
    return entry.second.sentinel && entry.second.sentinel->answers;
  });
  return answering * 2 > layout.sentinels;
}

}  // namespace bowline
