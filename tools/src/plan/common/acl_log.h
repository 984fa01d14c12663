#pragma once
// The last commands and logins that an engine has refused, for `bowline status`
// (docs/decisions/0043-users.md). Pure.

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace bowline {

/// An entry of ACL LOG (acl.c, aclCommand). Texts are printable ASCII, other bytes as "\xNN", and
/// cut.
struct AclDenial {
  std::string reason;   ///< "command", "key", "channel", "auth", or what newer engines have
  std::string context;  ///< "toplevel", "multi", "lua", "module"
  /// Of a command or a login the command; else "a key", "a channel" or "-": the names of keys and
  /// channels are data of the clients.
  std::string object;
  /// "-": a login was tried by a name that no user is known to have. It may be a password that
  /// somebody has typed in the wrong place.
  std::string user;
  std::string client;             ///< its address and port, the last one's; empty: not told
  std::int64_t count = 0;         ///< how often, within a minute of each other
  std::int64_t age_seconds = -1;  ///< since the last one; -1: not told
  bool operator==(const AclDenial&) const = default;
};

/// As many are asked for, and read at most.
inline constexpr int kAclLogEntries = 10;

/// `entries`: the fields of each, the newest first; those that are missing leave the defaults.
/// `known`: the names of all users that the members know of.
std::vector<AclDenial> ReadAclLog(
    const std::vector<std::map<std::string, std::string, std::less<>>>& entries,
    const std::set<std::string, std::less<>>& known);

/// An array under `key`.
void WriteAclLog(JsonWriter& json, std::string_view key, const std::vector<AclDenial>& log);

}  // namespace bowline
