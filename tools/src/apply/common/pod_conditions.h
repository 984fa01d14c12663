#pragma once
// The conditions bowline/Started, bowline/Primary, bowline/Configured and bowline/Replicated in the
// status of our own pod: what this member is now and why, for `kubectl describe pod` and `kubectl
// wait`. Why on the pod: docs/decisions/0014-conditions-on-pods.md.

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "apply/common/newest_sender.h"
#include "kube/api.h"
#include "plan/common/report.h"
#include "sys/env.h"

namespace bowline {

class PodConditions {
 public:
  /// Without an API (no rights) or with `enabled` false nothing is ever sent. A member that may not
  /// lead (a sentinel) has no bowline/Primary.
  PodConditions(Lane& lane, const PodEnv& pod, bool enabled, bool may_lead);

  // All return at once; the newest state is sent at most once a second.

  /// The engine (or sentinel) does not run, for this reason; so this member is no primary. Why it
  /// ceased to be one, or was none, is not overwritten.
  void NotRunning(const std::string& reason, const std::string& message);
  /// It runs.
  void Running(const std::string& reason, const std::string& message);
  /// What the engine is.
  void Role(bool primary, const std::string& reason, const std::string& message);
  /// Does it work by the declared configuration (plan/common/configured.h)?
  void Configured(const ConfiguredVerdict& verdict);
  /// Of a primary with a bound (plan/common/bounded_loss.h): do replicas take what is written?
  void Replicated(bool holds, const std::string& reason, const std::string& message);
  /// Waits until the newest state was tried or the deadline passes; for just before an exit.
  void Flush(Deadline deadline);

 private:
  /// With mutex_ held. The time of the transition changes only with the status.
  static void Change(PodCondition& condition, bool holds, const std::string& reason,
                     const std::string& message);
  void Send();

  bool may_lead_;
  std::mutex mutex_;
  PodCondition started_{.type = "bowline/Started"};
  PodCondition primary_{.type = "bowline/Primary"};
  PodCondition configured_{.type = "bowline/Configured"};
  PodCondition replicated_{.type = "bowline/Replicated"};  ///< only once there was a bound
  std::optional<NewestSender<std::vector<PodCondition>>> sender_;
};

}  // namespace bowline
