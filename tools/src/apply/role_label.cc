#include "apply/role_label.h"

#include "sys/log.h"

namespace bowline {
namespace {

constexpr const char* kLabel = "bowline/role";
constexpr Milliseconds kTimeout{2000};
constexpr Milliseconds kRetry{1000};

}  // namespace

RoleLabel::RoleLabel(const PodEnv& pod, bool enabled)
    : pod_{.name = pod.name, .name_space = pod.name_space, .uid = pod.uid} {
  if (!enabled) return;
  auto api = KubeApi::InCluster();
  if (!api) return;  // EventSink has told
  api_ = *std::move(api);
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

RoleLabel::~RoleLabel() {
  thread_.request_stop();
  changed_.notify_all();
}

void RoleLabel::Set(const std::string& role) {
  const std::scoped_lock lock(mutex_);
  if (wanted_ == role) return;
  wanted_ = role;
  changed_.notify_all();
}

void RoleLabel::Run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return wanted_ != sent_; })) {
    const std::string role = wanted_;
    lock.unlock();
    const Status sent = api_->SetPodLabel(pod_, kLabel, role, Deadline::In(kTimeout));
    if (!sent) LogWarning("the role label could not be set", {{"err", sent.error().ToString()}});
    lock.lock();
    if (sent) {
      sent_ = role;
    } else {
      changed_.wait_for(lock, stop, kRetry, [] { return false; });
    }
  }
}

}  // namespace bowline
