#pragma once
// Which value of the label bowline/role a member gives to its own pod, and when it takes `primary`
// off the other pods of its shard. Pure. Why so: docs/decisions/0023-one-primary-label.md.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/timing.h"
#include "plan/common/shard_view.h"

namespace bowline {

inline constexpr const char* kRoleLabel = "bowline/role";
inline constexpr const char* kPrimaryRole = "primary";
inline constexpr const char* kReplicaRole = "replica";
/// "true" on the pods that the Service F-replicas leads to. A label of its own: were it the role,
/// each change of it would change both Services, and kube-proxy, which takes up what comes first
/// and the next a second later (iptables.minSyncPeriod), would in half of all cases leave new
/// connections to the old primary for that second.
inline constexpr const char* kReadsLabel = "bowline/reads";

struct RoleLabelInput {
  bool primary = false;  ///< what the own engine has just said
  /// Since a majority (of the sentinels, of the primaries) was last heard; empty: never.
  std::optional<std::chrono::milliseconds> majority_heard;
  std::chrono::milliseconds down_after{0};  ///< after so long the others may have replaced it
  /// A majority has named this member, asked since its engine is primary.
  bool confirmed = false;
};

struct RoleLabelPlan {
  std::optional<std::string> own;  ///< nothing: the label stays as it is
  bool alone = false;              ///< no other pod of the shard may say `primary`
  bool operator==(const RoleLabelPlan&) const = default;
};

/// A replica says so at once. A primary says so only while a majority is heard: one that is cut
/// off may have been replaced. What it had said before, the new primary takes off.
RoleLabelPlan PlanRoleLabel(const RoleLabelInput& input);

}  // namespace bowline
