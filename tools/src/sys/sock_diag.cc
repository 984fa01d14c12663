#include "sys/sock_diag.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <utility>

namespace bowline {
namespace {

// TCP_ESTABLISHED of the kernel's net/tcp_states.h, which is no header for programs.
constexpr unsigned kEstablished = 1;
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
  request.body.idiag_states = 1U << kEstablished;
  request.body.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
  request.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  return request;
}

SocketAddress ToAddress(int family, const void* bytes, unsigned short port) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(family, bytes, text.data(), text.size());
  return {.ip = text.data(), .port = ntohs(port)};
}

TcpLink ToLink(const inet_diag_msg& message, const tcp_info& info) {
  const int family = message.idiag_family;
  return {.local = ToAddress(family, &message.id.idiag_src[0], message.id.idiag_sport),
          .remote = ToAddress(family, &message.id.idiag_dst[0], message.id.idiag_dport),
          .acked_bytes = info.tcpi_bytes_acked,
          .outstanding = info.tcpi_unacked + info.tcpi_notsent_bytes > 0,
          .since_heard = std::chrono::milliseconds(
              std::min(info.tcpi_last_data_recv, info.tcpi_last_ack_recv))};
}

/// The attribute INET_DIAG_INFO behind `message`; an older kernel's is shorter than ours.
std::optional<tcp_info> InfoOf(const char* attributes, std::size_t size) {
  while (size >= sizeof(nlattr)) {
    nlattr head{};
    std::memcpy(&head, attributes, sizeof head);
    if (head.nla_len < sizeof head || head.nla_len > size) return std::nullopt;
    if (head.nla_type == INET_DIAG_INFO) {
      tcp_info info{};
      std::memcpy(&info, attributes + NLA_HDRLEN,
                  std::min<std::size_t>(sizeof info, head.nla_len - NLA_HDRLEN));
      return info;
    }
    const std::size_t step = NLA_ALIGN(head.nla_len);
    if (step >= size) return std::nullopt;
    attributes += step;
    size -= step;
  }
  return std::nullopt;
}

enum class Next { kMore, kDone };

/// One datagram of netlink messages.
Result<Next> ReadMessages(const char* data, std::size_t size, std::vector<TcpLink>& links) {
  while (size >= sizeof(nlmsghdr)) {
    nlmsghdr header{};
    std::memcpy(&header, data, sizeof header);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > size) break;
    const char* body = data + NLMSG_HDRLEN;
    const std::size_t length = header.nlmsg_len - NLMSG_HDRLEN;
    if (header.nlmsg_type == NLMSG_DONE) return Next::kDone;
    if (header.nlmsg_type == NLMSG_ERROR) {
      nlmsgerr error{};
      std::memcpy(&error, body, std::min(sizeof error, length));
      if (error.error == -ENOENT) return Next::kDone;
      return Fail(Code::kUnavailable, "sock_diag: {}", std::strerror(-error.error));
    }
    if (header.nlmsg_type == SOCK_DIAG_BY_FAMILY && length >= sizeof(inet_diag_msg)) {
      inet_diag_msg message{};
      std::memcpy(&message, body, sizeof message);
      const auto info =
          InfoOf(body + NLMSG_ALIGN(sizeof message), length - NLMSG_ALIGN(sizeof message));
      // A look-up by address falls back to a listening socket of that port.
      if (info && message.idiag_state == kEstablished) links.push_back(ToLink(message, *info));
      if ((header.nlmsg_flags & NLM_F_MULTI) == 0) return Next::kDone;
    }
    const std::size_t step = NLMSG_ALIGN(header.nlmsg_len);
    if (step >= size) break;
    data += step;
    size -= step;
  }
  return Next::kMore;
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
    ASSIGN_OR_RETURN(const Next next,
                     ReadMessages(buffer.data(), static_cast<std::size_t>(got), links));
    if (next == Next::kDone) return links;
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
