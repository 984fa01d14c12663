#include "apply/role_label.h"

#include "kube/api.h"

namespace bowline {
namespace {

constexpr const char* kLabel = "bowline/role";
constexpr Milliseconds kTimeout{2000};
constexpr Milliseconds kNoPace{0};  // clients wait for it

}  // namespace

RoleLabel::RoleLabel(const PodEnv& pod, bool enabled) {
  if (!enabled) return;
  auto api = KubeApi::InCluster();
  if (!api) return;  // EventSink has told
  sender_.emplace("the role label", kNoPace,
                  [api = *std::move(api), pod = RefOf(pod)](const std::string& role) {
                    return api.SetPodLabel(pod, kLabel, role, Deadline::In(kTimeout));
                  });
}

void RoleLabel::Set(const std::string& role) {
  if (sender_) sender_->Set(role);
}

}  // namespace bowline
