#include "model/client_list.h"

#include <algorithm>
#include <array>

#include "base/parse.h"

namespace bowline {
namespace {

// The commands with the flag "blocking" (COMMAND LIST FILTERBY ACLCAT blocking), and WAIT.
constexpr std::array<std::string_view, 12> kWaiting{
    "blpop",    "brpop",  "brpoplpush", "blmove",     "blmpop", "bzpopmin",
    "bzpopmax", "bzmpop", "xread",      "xreadgroup", "wait",   "waitaof"};

}  // namespace

bool ClientLine::WaitsInCommand() const {
  return flags.contains('b') && std::ranges::contains(kWaiting, command);
}

std::vector<ClientLine> ParseClientList(std::string_view text) {
  std::vector<ClientLine> clients;
  for (const std::string_view line : SplitLines(text)) {
    ClientLine client;
    for (const std::string_view field : Split(line, ' ')) {
      const std::size_t equal = field.find('=');
      if (equal == std::string_view::npos) continue;
      const std::string_view name = field.substr(0, equal);
      const std::string value(field.substr(equal + 1));
      if (name == "id") client.id = value;
      if (name == "flags") client.flags = value;
      if (name == "cmd") client.command = value;
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
