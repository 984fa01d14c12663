#pragma once
// The label bowline/role on our own pod, which the Services F-primary and F-replicas select by.
// Sent by a thread of its own: an API server that does not answer must never delay anything.

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "kube/api.h"
#include "sys/env.h"

namespace bowline {

class RoleLabel {
 public:
  /// Without an API (no rights) or with `enabled` false nothing is ever sent.
  RoleLabel(const PodEnv& pod, bool enabled);
  ~RoleLabel();
  RoleLabel(const RoleLabel&) = delete;
  RoleLabel& operator=(const RoleLabel&) = delete;

  /// The label is `role` from now on; a call that fails is repeated every second.
  void Set(const std::string& role);

 private:
  void Run(const std::stop_token& stop);

  ObjectRef pod_;
  std::optional<KubeApi> api_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::string wanted_;
  std::string sent_;
  std::jthread thread_;
};

}  // namespace bowline
