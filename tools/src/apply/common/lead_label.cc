#include "apply/common/lead_label.h"

#include "plan/common/role_label.h"

namespace bowline {
namespace {

constexpr Milliseconds kTimeout{1000};
constexpr Milliseconds kNoPace{0};
// The kubelet changes pods as well, and a change of what was not read is refused.
constexpr int kReads = 3;

Status LabelAsRead(const KubeApi& api, const std::string& name_space, const std::string& name,
                   const char* role, Deadline deadline) {
  Status labelled;
  for (int i = 0; i < kReads; ++i) {
    ASSIGN_OR_RETURN(const PodState pod, api.GetPod(name_space, name, deadline));
    labelled = api.SetPodLabel(RefOf(name_space, name, pod), kRoleLabel, role, deadline);
    if (labelled || labelled.error().code != Code::kAborted) break;
  }
  return labelled;
}

}  // namespace

LeadLabel::LeadLabel(Lane& lane, const PodEnv& pod, bool enabled) {
  if (!enabled) return;
  auto api = KubeApi::InCluster();
  if (!api) return;  // EventSink has told
  sender_.emplace(lane, "the label of the new primary", kNoPace, kTimeout,
                  [api = *std::move(api), own = RefOf(pod)](const Move& move, Deadline deadline) {
                    Status moved =
                        LabelAsRead(api, own.name_space, move.to, kPrimaryRole, deadline);
                    if (moved) {
                      moved = LabelAsRead(api, own.name_space, own.name, kReplicaRole, deadline);
                    }
                    if (!moved) {
                      LogWarning("the role labels are left to their pods",
                                 {{"to", move.to}, {"err", moved.error().ToString()}});
                    }
                    return Status();
                  });
}

void LeadLabel::MoveTo(const std::string& to) {
  if (sender_) sender_->Set({.to = to, .number = ++moves_});
}

}  // namespace bowline
