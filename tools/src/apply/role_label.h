#pragma once
// The label bowline/role on our own pod, which the Services F-primary and F-replicas select by.

#include <optional>
#include <string>

#include "apply/newest_sender.h"
#include "sys/env.h"

namespace bowline {

class RoleLabel {
 public:
  /// Without an API (no rights) or with `enabled` false nothing is ever sent.
  RoleLabel(const PodEnv& pod, bool enabled);

  /// The label is `role` from now on. Returns at once.
  void Set(const std::string& role);

 private:
  std::optional<NewestSender<std::string>> sender_;
};

}  // namespace bowline
