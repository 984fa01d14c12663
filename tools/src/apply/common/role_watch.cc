#include "apply/common/role_watch.h"

#include <utility>

namespace bowline {
namespace {

constexpr Milliseconds kLook{100};
constexpr Milliseconds kTimeout{500};

}  // namespace

RoleWatch::RoleWatch(Lane& lane, int port, LoginSource login, bool enabled,
                     std::function<void()> changed)
    : port_(port), login_(std::move(login)), changed_(std::move(changed)) {
  if (!enabled) return;
  step_.emplace(lane, "role", [this] {
    Look();
    return kLook;
  });
}

void RoleWatch::Look() {
  const auto role = Ask();
  if (!role || *role == role_) return;
  const bool first = std::exchange(role_, *role).empty();
  if (!first) changed_();
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
