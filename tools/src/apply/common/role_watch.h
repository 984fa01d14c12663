#pragma once
// Tells within a tenth of a second that the own engine has another role than before: new
// connections to the Service of the primary wait for the label that follows from it.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "apply/common/login_source.h"
#include "resp/client.h"
#include "sys/deadline.h"

namespace bowline {

class RoleWatch {
 public:
  /// Asks the engine at 127.0.0.1 for its ROLE, over one connection that is kept. `changed` is
  /// called from a thread of its own; not for the first answer. With `enabled` false nothing is
  /// done.
  RoleWatch(int port, LoginSource login, bool enabled, std::function<void()> changed);
  ~RoleWatch();
  RoleWatch(const RoleWatch&) = delete;
  RoleWatch& operator=(const RoleWatch&) = delete;

 private:
  void Run(const std::stop_token& stop);
  /// "master" or "slave"; nothing while the engine does not answer.
  std::optional<std::string> Ask();

  int port_;
  LoginSource login_;
  std::function<void()> changed_;
  std::optional<RespClient> client_;
  std::string role_;
  std::mutex mutex_;
  std::condition_variable_any wake_;  ///< only ever waited for with the stop token
  std::jthread thread_;
};

}  // namespace bowline
