#pragma once
// Sentinel mode: what a running server must repair about itself. Sentinel does most of this too,
// but after 10 s and more (facts/sentinel.md 2, 3b), and it never finds a chain of replicas
// (facts/sentinel.md 2e).

#include <chrono>
#include <optional>
#include <string>

#include "model/layout.h"
#include "plan/common/role_change.h"
#include "plan/common/shard_view.h"

namespace bowline {

struct ServerHealInput {
  Layout layout;
  Report own;
  Endpoint announced;      ///< what the engine announces now
  AddressBook addresses;   ///< what the member Services are now
  Reports peers;           ///< all others that answered, asked later than the own engine
  bool held_back = false;  ///< we have set replica-priority 0
  std::chrono::milliseconds lived{0};                ///< since the engine was started
  std::optional<RoleChange> changed = std::nullopt;  ///< empty: its role is that of the start
};

struct ServerHealPlan {
  std::optional<Endpoint>
      announce;  ///< CONFIG SET replica-announce-ip, -port: our Service has another address
  std::optional<MemberName> follow;  ///< REPLICAOF its member Service
  bool release = false;              ///< replica-priority as configured: it may be promoted
  /// A sentinel is asked for a failover away from this member.
  std::optional<MemberName> replace;
  std::string reason;

  [[nodiscard]] bool Empty() const { return !announce && !follow && !release && !replace; }
};

/// Pure. Nothing to do for an engine that does not answer or is loading. Follows nobody but the
/// member that the processes of more than half of the declared sentinels name, that runs as
/// primary, and that nobody is about to replace; while its own role has just changed (kRoleSettles)
/// only by a later epoch: one that has just been promoted would give the lead back. Released is who
/// is in sync with its primary, or who may be promoted before that
/// (plan/sentinel/may_be_promoted.h). The primary is replaced when after a death of all it has not
/// come back while it was waited for: the sentinels found nobody to promote then, and try again
/// only after twice the failover time-out (sentinel.c, sentinelStartFailoverIfNeeded).
ServerHealPlan PlanServerHeal(const ServerHealInput& input);

}  // namespace bowline
