#include "model/client_list.h"

#include "base/parse.h"

namespace bowline {

std::vector<ClientLine> ParseClientList(std::string_view text) {
  std::vector<ClientLine> clients;
  for (const std::string_view line : SplitLines(text)) {
    ClientLine client;
    for (const std::string_view field : Split(line, ' ')) {
      const std::size_t equal = field.find('=');
      if (equal == std::string_view::npos) continue;
      const std::string_view name = field.substr(0, equal);
      const std::string value(field.substr(equal + 1));
      if (name == "addr") client.address = value;
      if (name == "laddr") client.local = value;
      if (name == "name") client.name = value;
      if (name == "user") client.user = value;
    }
    if (!client.address.empty()) clients.push_back(std::move(client));
  }
  return clients;
}

}  // namespace bowline
