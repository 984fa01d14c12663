#include "sys/reach.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace bowline {
namespace {

bool Made(int fd) {
  int error = -1;
  socklen_t size = sizeof error;
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return false;
  return error == 0 || error == ECONNRESET;  // reset: made before, as it is not "refused"
}

}  // namespace

Reach::~Reach() {
  for (const Pending& item : pending_) ::close(item.fd);
}

bool Reach::BeginConnect(std::size_t tag, const std::string& ip, int port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  if (::getaddrinfo(ip.c_str(), std::to_string(port).c_str(), &hints, &list) != 0) return true;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  const int fd = ::socket(list->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  // Closed by a reset: no connection of ours waits for its end (TIME_WAIT) ten times a second.
  const linger reset{.l_onoff = 1, .l_linger = 0};
  (void)::setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  if (::connect(fd, list->ai_addr, list->ai_addrlen) != 0 && errno != EINPROGRESS) {
    ::close(fd);
    return true;
  }
  pending_.push_back({.fd = fd, .tag = tag, .until = Deadline::In(patience_)});
  return true;
}

std::vector<std::size_t> Reach::Wait(Deadline deadline) {
  while (true) {
    Milliseconds span = deadline.Left();
    for (const Pending& item : pending_) span = std::min(span, item.until.Left());
    std::vector<std::size_t> made = Collect(span);
    if (!made.empty() || deadline.Passed()) return made;
  }
}

std::vector<std::size_t> Reach::Collect(Milliseconds span) {
  std::vector<pollfd> sockets;
  for (const Pending& item : pending_) sockets.push_back({.fd = item.fd, .events = POLLOUT});
  // An interrupted wait is a short one.
  if (::poll(sockets.data(), sockets.size(), static_cast<int>(span.count())) < 0) return {};
  std::vector<std::size_t> made;
  std::vector<Pending> still;
  for (std::size_t i = 0; i < sockets.size(); ++i) {
    const Pending& item = pending_[i];
    const bool ended = sockets[i].revents != 0;
    if (ended && Made(item.fd)) made.push_back(item.tag);
    if (ended || item.until.Passed()) {
      ::close(item.fd);
    } else {
      still.push_back(item);
    }
  }
  pending_ = std::move(still);
  return made;
}

}  // namespace bowline
