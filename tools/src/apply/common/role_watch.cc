#include "apply/common/role_watch.h"

#include <utility>

#include "sys/thread_root.h"

namespace bowline {
namespace {

constexpr Milliseconds kLook{100};
constexpr Milliseconds kTimeout{500};

}  // namespace

RoleWatch::RoleWatch(int port, LoginSource login, bool enabled, std::function<void()> changed)
    : port_(port), login_(std::move(login)), changed_(std::move(changed)) {
  if (enabled) thread_ = StartThread("role", [this](const std::stop_token& stop) { Run(stop); });
}

RoleWatch::~RoleWatch() { thread_.request_stop(); }

void RoleWatch::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto role = Ask();
    if (role && *role != role_) {
      const bool first = std::exchange(role_, *role).empty();
      if (!first) changed_();
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, kLook, [] { return false; });
  }
}

std::optional<std::string> RoleWatch::Ask() {
  const Deadline deadline = Deadline::In(kTimeout);
  // A handover ends the connections of a server that steps back, this one among them.
  for (const bool kept : {true, false}) {
    if (kept && !client_) continue;
    if (!kept) {
      auto client = RespClient::Connect("127.0.0.1", port_, login_(), deadline);
      if (!client) return std::nullopt;
      client_ = *std::move(client);
    }
    const auto reply = client_->Ask({"ROLE"}, deadline);
    if (reply && !reply->items.empty()) return reply->items.front().text;
    client_.reset();
    if (reply) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace bowline
