#include "sys/diag_messages.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>

namespace bowline {
namespace {

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

}  // namespace

Result<bool> ReadDiagMessages(std::string_view datagram, std::vector<TcpLink>& links) {
  const char* data = datagram.data();
  std::size_t size = datagram.size();
  while (size >= sizeof(nlmsghdr)) {
    nlmsghdr header{};
    std::memcpy(&header, data, sizeof header);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > size) break;
    const char* body = data + NLMSG_HDRLEN;
    const std::size_t length = header.nlmsg_len - NLMSG_HDRLEN;
    if (header.nlmsg_type == NLMSG_DONE) return false;
    if (header.nlmsg_type == NLMSG_ERROR) {
      nlmsgerr error{};
      std::memcpy(&error, body, std::min(sizeof error, length));
      if (error.error == -ENOENT) return false;
      // An errno, negated; the least number has no counterpart.
      const int number = error.error == std::numeric_limits<int>::min() ? 0 : -error.error;
      return Fail(Code::kUnavailable, "sock_diag: {}", std::strerror(number));
    }
    if (header.nlmsg_type == SOCK_DIAG_BY_FAMILY && length >= sizeof(inet_diag_msg)) {
      inet_diag_msg message{};
      std::memcpy(&message, body, sizeof message);
      const auto info =
          InfoOf(body + NLMSG_ALIGN(sizeof message), length - NLMSG_ALIGN(sizeof message));
      // A look-up by address falls back to a listening socket of that port.
      if (info && message.idiag_state == kTcpEstablished) links.push_back(ToLink(message, *info));
      if ((header.nlmsg_flags & NLM_F_MULTI) == 0) return false;
    }
    const std::size_t step = NLMSG_ALIGN(header.nlmsg_len);
    if (step >= size) break;
    data += step;
    size -= step;
  }
  return true;
}

}  // namespace bowline
