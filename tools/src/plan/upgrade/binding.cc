#include "plan/upgrade/binding.h"

#include <algorithm>
#include <format>
#include <string_view>

namespace bowline {
namespace {

constexpr const char* kUser = "default";

/// For the userinfo of a URI (RFC 3986, 3.2.1): all but the unreserved characters as %XX.
std::string Escaped(std::string_view text) {
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string escaped;
  for (const char c : text) {
    escaped += kUnreserved.contains(c)
                   ? std::string(1, c)
                   : std::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return escaped;
}

}  // namespace

std::map<std::string, std::string> BindingEntries(const ServiceBinding& binding,
                                                  const std::string& password) {
  std::map<std::string, std::string> entries = binding.entries;
  entries["username"] = kUser;
  entries["password"] = password;
  entries["uri"] = std::format("{}://{}:{}@{}:{}", binding.tls ? "rediss" : "redis", kUser,
                               Escaped(password), entries["host"], entries["port"]);
  return entries;
}

}  // namespace bowline
