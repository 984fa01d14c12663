#pragma once
// Addresses of the engine: an IP literal (never a name: engines overrun or block on names), client
// port, bus port.

#include <compare>
#include <string>
#include <string_view>

#include "base/error.h"

namespace bowline {

/// The canonical text of an IPv4 or IPv6 literal (inet_pton, inet_ntop); kInvalidArgument
/// otherwise.
Result<std::string> ParseIp(std::string_view text);

/// Of a canonical literal.
bool IsLoopback(std::string_view ip);

struct Endpoint {
  std::string ip;  ///< empty: not known yet (":port@bus", as the engine writes it for itself)
  int port = 0;
  int bus_port = 0;

  /// "ip:port@bus" (the ip may hold colons, and may be empty); a missing "@bus" means port + 10000.
  static Result<Endpoint> Parse(std::string_view text);
  /// "10.96.0.7:6379@16379"
  [[nodiscard]] std::string ToString() const;
  auto operator<=>(const Endpoint&) const = default;
};

}  // namespace bowline
