#include "plan/common/role_label.h"

namespace bowline {

RoleLabelPlan PlanRoleLabel(const RoleLabelInput& input) {
  if (!input.primary) return {.own = kReplicaRole};
  if (!input.majority_heard || *input.majority_heard >= input.down_after) return {};
  return {.own = kPrimaryRole, .alone = input.confirmed};
}

}  // namespace bowline
