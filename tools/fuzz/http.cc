// A request at a listener that takes bodies, by a real connection: the input is all that the client
// sends before it closes its side.

#include "web/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "fuzz/target.h"
#include "sys/env.h"

namespace {

/// A free port of loopback.
int FreePort() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  return bound ? ntohs(address.sin_port) : 0;
}

/// One server for all inputs.
int Port() {
  static bowline::HttpServer server({.body = 4096});
  static const int port = [] {
    server.On("POST", "/report", [](const bowline::HttpRequest& request, bowline::Milliseconds) {
      return std::optional(bowline::HttpAnswer{.body = request.body});
    });
    server.On("GET", "/live", [](const bowline::HttpRequest&, bowline::Milliseconds) {
      return std::optional(bowline::HttpAnswer{.body = "yes"});
    });
    const int free = FreePort();
    bowline::fuzz::Must(server.Start(free).has_value());
    return free;
  }();
  return port;
}

/// Also when libFuzzer's alarm interrupts it: a connect goes on then (connect(2), EINTR).
bool Connect(int fd, const sockaddr_in& to) {
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return true;
  if (errno != EINTR) return false;
  pollfd connected{.fd = fd, .events = POLLOUT, .revents = 0};
  while (::poll(&connected, 1, 5000) < 0 && errno == EINTR) {
  }
  int error = ETIMEDOUT;
  socklen_t size = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

}  // namespace

void bowline::fuzz::Try(std::string_view input) {
  const int port = Port();
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  // The server closes first, so each connection's pair of ends stays taken for a minute: the client
  // has another address each time.
  static std::uint32_t client = INADDR_LOOPBACK;
  client = client == 0x7fff'ffff ? INADDR_LOOPBACK : client + 1;
  sockaddr_in own{.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(client)}};
  Must(::bind(fd, reinterpret_cast<sockaddr*>(&own), sizeof own) == 0);
  sockaddr_in address{.sin_family = AF_INET,
                      .sin_port = htons(static_cast<std::uint16_t>(port)),
                      .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
  Must(Connect(fd, address));
  (void)::send(fd, input.data(), input.size(), MSG_NOSIGNAL);
  (void)::shutdown(fd, SHUT_WR);
  std::array<char, 4096> answer{};
  while (::recv(fd, answer.data(), answer.size(), 0) > 0) {
  }
  ::close(fd);
}
