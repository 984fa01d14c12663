#include "plan/common/listeners.h"

#include <format>

namespace bowline {

std::vector<std::pair<std::string, std::string>> TlsFiles(const TlsSettings& tls) {
  return {{"tls-cert-file", tls.directory + "/tls.crt"},
          {"tls-key-file", tls.directory + "/tls.key"},
          {"tls-ca-cert-file", tls.directory + "/ca.crt"}};
}

std::string ListenerDirectives(const TlsSettings& tls, int port, int other) {
  if (!tls.Listens()) return std::format("port {}\n", port);
  const bool members = tls.AmongMembers();
  std::string text =
      std::format("port {}\ntls-port {}\n", members ? other : port, members ? port : other);
  for (const auto& [name, file] : TlsFiles(tls)) text += std::format("{} {}\n", name, file);
  text += std::format("tls-auth-clients {}\n", tls.client_check);
  if (members) text += "tls-replication yes\n";
  return text;
}

}  // namespace bowline
