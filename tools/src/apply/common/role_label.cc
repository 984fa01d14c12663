#include "apply/common/role_label.h"

#include <utility>

#include "kube/api.h"
#include "model/engine_version.h"
#include "plan/common/role_label.h"

namespace bowline {
namespace {

constexpr Milliseconds kTimeout{2000};
constexpr Milliseconds kNoPace{0};  // clients wait for it

/// `primary` off the pod of that name; nothing to do when it does not say so.
Status TakeOff(const KubeApi& api, const std::string& name_space, const std::string& name,
               EventSink& events, Deadline deadline) {
  const auto found = api.GetPod(name_space, name, deadline);
  if (!found && found.error().code == Code::kNotFound) return {};
  if (!found) return std::unexpected(found.error());
  const auto label = found->labels.find(kRoleLabel);
  if (label == found->labels.end() || label->second != kPrimaryRole) return {};
  RETURN_IF_ERROR(
      api.SetPodLabel(RefOf(name_space, name, *found), kRoleLabel, kReplicaRole, deadline));
  events.Emit("RoleLabelRemoved",
              std::format("a majority says that this member leads: {} of pod {} is replica now",
                          kRoleLabel, name));
  return {};
}

}  // namespace

RoleLabel::RoleLabel(Lanes& lanes, const PodEnv& pod, std::vector<std::string> others, bool enabled,
                     EventSink& events) {
  if (!enabled) return;
  auto api = KubeApi::InCluster();
  if (!api) return;  // EventSink has told
  own_.emplace(lanes.urgent, "the role label", kNoPace, kTimeout,
               [api = *api, pod = RefOf(pod)](const Wanted& wanted, Deadline deadline) {
                 return api.SetPodLabel(pod, kRoleLabel, wanted.role, deadline);
               });
  others_.emplace(lanes.urgent, "the role label of another pod", kNoPace, kTimeout,
                  [api = *api, name_space = pod.name_space, others = std::move(others), &events](
                      int round, Deadline deadline) {  // of all: an exit waits
                    Status all;
                    for (const std::string& name : others) {
                      if (round == 0) break;
                      const Status one = TakeOff(api, name_space, name, events, deadline);
                      if (!one) all = one;
                    }
                    return all;
                  });
  reads_.emplace(lanes.api, "the label for readers", kNoPace, kTimeout,
                 [api = *api, pod = RefOf(pod)](bool reads, Deadline deadline) {
                   return api.SetPodLabel(pod, kReadsLabel, reads ? "true" : "false", deadline);
                 });
  engine_.emplace(
      lanes.api, "the label of the engine", kNoPace, kTimeout,
      [api = *std::move(api), pod = RefOf(pod)](const std::string& engine, Deadline deadline) {
        return api.SetPodLabel(pod, kEngineLabel, engine, deadline);
      });
}

void RoleLabel::Set(const std::string& role, int round) {
  if (own_) own_->Set({.role = role, .round = round});
}

void RoleLabel::Reads(bool reads) {
  if (reads_) reads_->Set(reads);
}

void RoleLabel::Runs(const std::string& engine) {
  if (engine_ && !engine.empty()) engine_->Set(engine);
}

void RoleLabel::KeepAlone(int round) {
  if (others_) others_->Set(round);
}

}  // namespace bowline
