#pragma once
// CLIENT LIST (networking.c, catClientInfoString): one line for each connection, "name=value"
// fields.

#include <string>
#include <string_view>
#include <vector>

namespace bowline {

/// One connection of an engine.
struct ClientLine {
  std::string id;       ///< for CLIENT KILL ID
  std::string address;  ///< "10.78.1.5:43210", "[fd00::5]:43210"
  std::string local;    ///< the engine's own end; empty before redis 6.2
  std::string name;     ///< as CLIENT SETNAME has set it
  std::string user;
  std::string flags;    ///< "b": blocked
  std::string command;  ///< the last one, "blpop"

  /// Waits in a command that waits for something: a list's element, a stream's entry, replicas. Not
  /// a write that a pause holds up, which has the same flag.
  [[nodiscard]] bool WaitsInCommand() const;
};

/// Lines without an address are left out.
std::vector<ClientLine> ParseClientList(std::string_view text);

}  // namespace bowline
