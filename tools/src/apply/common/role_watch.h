#pragma once
// Tells within a tenth of a second that the own engine has another role than before: new
// connections to the Service of the primary wait for the label that follows from it.

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "apply/common/login_source.h"
#include "resp/client.h"
#include "runtime/lane.h"
#include "sys/deadline.h"

namespace bowline {

class RoleWatch {
 public:
  /// Asks the engine at 127.0.0.1 for its ROLE, over one connection that is kept. `changed` is
  /// called on the lane; not for the first answer. With `enabled` false nothing is done.
  RoleWatch(Lane& lane, int port, LoginSource login, bool enabled, std::function<void()> changed);
  RoleWatch(const RoleWatch&) = delete;
  RoleWatch& operator=(const RoleWatch&) = delete;

 private:
  void Look();
  /// "master" or "slave"; nothing while the engine does not answer.
  std::optional<std::string> Ask();

  int port_;
  LoginSource login_;
  std::function<void()> changed_;
  std::optional<RespClient> client_;
  std::string role_;
  std::optional<Step> step_;
};

}  // namespace bowline
