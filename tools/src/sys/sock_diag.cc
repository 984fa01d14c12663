#include "sys/sock_diag.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "sys/diag_messages.h"

namespace bowline {
namespace {

// The kernel answers at once; this is for the case that it does not.
constexpr timeval kPatience{.tv_sec = 0, .tv_usec = 200'000};
constexpr std::size_t kBuffer = 64U << 10U;

struct Request {
  nlmsghdr header{};
  inet_diag_req_v2 body{};
};

Request MakeRequest(int family, int flags) {
  Request request;
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = static_cast<unsigned short>(NLM_F_REQUEST | flags);
  request.body.sdiag_family = static_cast<unsigned char>(family);
  request.body.sdiag_protocol = IPPROTO_TCP;
  request.body.idiag_ext = 1U << (INET_DIAG_INFO - 1U);
  request.body.idiag_states = 1U << kTcpEstablished;
  request.body.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
  request.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  return request;
}

Result<std::vector<TcpLink>> Ask(int fd, const Request& request) {
  if (::send(fd, &request, sizeof request, 0) < 0) {
    return Fail(Code::kUnavailable, "sock_diag: {}", std::strerror(errno));
  }
  std::vector<TcpLink> links;
  std::vector<char> buffer(kBuffer);
  while (true) {
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Fail(Code::kUnavailable, "sock_diag: {}", std::strerror(errno));
    ASSIGN_OR_RETURN(const bool more,
                     ReadDiagMessages({buffer.data(), static_cast<std::size_t>(got)}, links));
    if (!more) return links;
  }
}

}  // namespace

Result<SockDiag> SockDiag::Open() {
  SockDiag diag(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (diag.fd_ < 0) return Fail(Code::kUnavailable, "sock_diag: {}", std::strerror(errno));
  (void)::setsockopt(diag.fd_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  // A kernel that has the socket may still not have the answers: ask for a connection that cannot
  // be.
  ASSIGN_OR_RETURN([[maybe_unused]] const auto none,
                   diag.Find({.ip = "127.0.0.1", .port = 1}, {.ip = "127.0.0.1", .port = 1}));
  return diag;
}

SockDiag::~SockDiag() {
  if (fd_ >= 0) ::close(fd_);
}

SockDiag::SockDiag(SockDiag&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

SockDiag& SockDiag::operator=(SockDiag&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Result<std::vector<TcpLink>> SockDiag::All(bool ipv6) {
  return Ask(fd_, MakeRequest(ipv6 ? AF_INET6 : AF_INET, NLM_F_DUMP));
}

Result<std::optional<TcpLink>> SockDiag::Find(const SocketAddress& local,
                                              const SocketAddress& remote) {
  const int family = remote.ip.contains(':') ? AF_INET6 : AF_INET;
  Request request = MakeRequest(family, 0);
  if (::inet_pton(family, local.ip.c_str(), &request.body.id.idiag_src[0]) != 1 ||
      ::inet_pton(family, remote.ip.c_str(), &request.body.id.idiag_dst[0]) != 1) {
    return Fail(Code::kInvalidArgument, "{} and {} are no addresses of one family", local.ip,
                remote.ip);
  }
  request.body.id.idiag_sport = htons(static_cast<unsigned short>(local.port));
  request.body.id.idiag_dport = htons(static_cast<unsigned short>(remote.port));
  ASSIGN_OR_RETURN(const std::vector<TcpLink> links, Ask(fd_, request));
  for (const TcpLink& link : links) {
    if (link.local == local && link.remote == remote) return link;
  }
  return std::nullopt;
}

}  // namespace bowline
