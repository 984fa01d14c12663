#include "apply/common/pod_conditions.h"

namespace bowline {
namespace {

constexpr Milliseconds kTimeout{2000};
// A start may have another reason to wait several times a second.
constexpr Milliseconds kPace{1000};

}  // namespace

PodConditions::PodConditions(Lane& lane, const PodEnv& pod, bool enabled, bool may_lead)
    : may_lead_(may_lead) {
  if (!enabled) return;
  auto api = KubeApi::InCluster();
  if (!api) return;  // EventSink has told
  sender_.emplace(lane, "the pod's conditions", kPace, kTimeout,
                  [api = *std::move(api), pod = RefOf(pod)](
                      const std::vector<PodCondition>& conditions, Deadline deadline) {
                    return api.SetPodConditions(pod, conditions, deadline);
                  });
}

void PodConditions::NotRunning(const std::string& reason, const std::string& message) {
  const std::scoped_lock lock(mutex_);
  Change(started_, false, reason, message);
  // Empty: of the process before this one, which may have led, the API server still has the word.
  if (primary_.holds || primary_.since.empty()) {
    Change(primary_, false, "NotRunning", "the engine does not run");
  }
  Send();
}

void PodConditions::Running(const std::string& reason, const std::string& message) {
  const std::scoped_lock lock(mutex_);
  Change(started_, true, reason, message);
  Send();
}

void PodConditions::Role(bool primary, const std::string& reason, const std::string& message) {
  const std::scoped_lock lock(mutex_);
  Change(primary_, primary, reason, message);
  Send();
}

void PodConditions::Configured(const ConfiguredVerdict& verdict) {
  const std::scoped_lock lock(mutex_);
  Change(configured_, verdict.holds, verdict.reason, verdict.message);
  Send();
}

void PodConditions::Replicated(bool holds, const std::string& reason, const std::string& message) {
  const std::scoped_lock lock(mutex_);
  Change(replicated_, holds, reason, message);
  Send();
}

void PodConditions::Flush(Deadline deadline) {
  if (sender_) sender_->Flush(deadline);
}

void PodConditions::Change(PodCondition& condition, bool holds, const std::string& reason,
                           const std::string& message) {
  if (condition.holds != holds || condition.since.empty()) condition.since = Rfc3339Seconds();
  condition.holds = holds;
  condition.reason = reason;
  condition.message = message;
}

void PodConditions::Send() {
  if (!sender_) return;
  std::vector<PodCondition> conditions{started_};
  if (may_lead_) conditions.push_back(primary_);
  if (!configured_.since.empty()) conditions.push_back(configured_);
  if (!replicated_.since.empty()) conditions.push_back(replicated_);
  sender_->Set(std::move(conditions));
}

}  // namespace bowline
