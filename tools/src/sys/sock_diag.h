#pragma once
// What the kernel knows of the TCP connections of this network namespace (sock_diag(7),
// linux/tcp.h). No right is needed, and no packet is sent. Costs and limits:
// docs/facts/kernel-links.md.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace bowline {

struct SocketAddress {
  std::string ip;  ///< as inet_ntop(3) writes it
  int port = 0;
  bool operator==(const SocketAddress&) const = default;
};

/// An established connection.
struct TcpLink {
  SocketAddress local;
  SocketAddress remote;
  std::uint64_t acked_bytes =
      0;  ///< sent, and acknowledged by the peer's kernel, in the connection's life
  bool outstanding = false;  ///< something is sent and not acknowledged, or waits to be sent
  std::chrono::milliseconds since_heard{0};  ///< since bytes or an acknowledgement last came in
};

class SockDiag {
 public:
  /// kUnavailable where the kernel does not tell (gVisor, a seccomp profile of one's own).
  static Result<SockDiag> Open();
  ~SockDiag();
  SockDiag(const SockDiag&) = delete;
  SockDiag& operator=(const SockDiag&) = delete;
  SockDiag(SockDiag&& other) noexcept;
  SockDiag& operator=(SockDiag&& other) noexcept;

  /// All established connections of IPv4, or of IPv6. The kernel walks a table of the whole host:
  /// some milliseconds.
  Result<std::vector<TcpLink>> All(bool ipv6);
  /// The one between these addresses, which are of one family; nothing when there is none. Some
  /// 0.03 ms.
  Result<std::optional<TcpLink>> Find(const SocketAddress& local, const SocketAddress& remote);

 private:
  explicit SockDiag(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace bowline
