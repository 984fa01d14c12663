#pragma once
// The kernel's answers to sock_diag(7), as bytes. Pure.

#include <string_view>
#include <vector>

#include "base/error.h"
#include "sys/sock_diag.h"

namespace bowline {

// TCP_ESTABLISHED of the kernel's net/tcp_states.h, which is no header for programs.
inline constexpr unsigned kTcpEstablished = 1;

/// Adds the established connections that one datagram of netlink messages tells. True: more
/// datagrams follow. kUnavailable: it is an error of the kernel's; what is cut off is left out.
Result<bool> ReadDiagMessages(std::string_view datagram, std::vector<TcpLink>& links);

}  // namespace bowline
