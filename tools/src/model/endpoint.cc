#include "model/endpoint.h"

#include <arpa/inet.h>

#include <array>
#include <format>

#include "base/parse.h"

namespace bowline {

namespace {

constexpr int kMaxPort = 65535;
constexpr int kBusOffset = 10000;  // cluster.h CLUSTER_PORT_INCR

}  // namespace

Result<std::string> ParseIp(std::string_view text) {
  std::array<unsigned char, 16> address{};
  std::array<char, INET6_ADDRSTRLEN> canonical{};
  const std::string terminated(text);
  // A NUL inside would end the C string early and hide what follows.
  if (text.find('\0') == std::string_view::npos) {
    for (const int family : {AF_INET, AF_INET6}) {
      if (inet_pton(family, terminated.c_str(), address.data()) == 1 &&
          inet_ntop(family, address.data(), canonical.data(), canonical.size()) != nullptr) {
        return std::string(canonical.data());
      }
    }
  }
  return Fail(Code::kInvalidArgument, "{} is no IPv4 or IPv6 address", Quoted(text));
}

bool IsLoopback(std::string_view ip) { return ip.starts_with("127.") || ip == "::1"; }

Result<Endpoint> Endpoint::Parse(std::string_view text) {
  const std::size_t at = text.find('@');
  const std::string_view host_port = text.substr(0, at);
  const std::size_t colon = host_port.rfind(':');
  if (colon == std::string_view::npos) {
    return Fail(Code::kInvalidArgument, "{} is no address (<ip>:<port>@<bus port>)", Quoted(text));
  }
  Endpoint endpoint;
  if (colon > 0) {
    ASSIGN_OR_RETURN(endpoint.ip, ParseIp(host_port.substr(0, colon)));
  }
  const auto port = ParseInt(host_port.substr(colon + 1), 0, kMaxPort);
  if (!port) return FailWith(port, "port");
  endpoint.port = static_cast<int>(*port);
  endpoint.bus_port = endpoint.port + kBusOffset;
  if (at != std::string_view::npos) {
    const auto bus = ParseInt(text.substr(at + 1), 0, kMaxPort);
    if (!bus) return FailWith(bus, "bus port");
    endpoint.bus_port = static_cast<int>(*bus);
  }
  if (endpoint.bus_port > kMaxPort) {
    return Fail(Code::kInvalidArgument, "{}: no bus port given, and {} + {} is no port",
                Quoted(text), endpoint.port, kBusOffset);
  }
  return endpoint;
}

std::string Endpoint::ToString() const { return std::format("{}:{}@{}", ip, port, bus_port); }

}  // namespace bowline
