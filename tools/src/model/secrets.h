#pragma once
// The passwords of an installation, as a member holds them. docs/decisions/0042-passwords.md

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/users.h"

namespace bowline {

/// Whose password it is.
inline constexpr const char* kClients = "clients";  ///< of the user `default`
inline constexpr const char* kMembers = "members";  ///< of the members among themselves
inline constexpr const char* kPeerKey = "peerKey";  ///< of the members' messages: no account's

/// A password that another one has replaced, and that is still valid beside it.
struct OutgoingPassword {
  std::string of;         ///< kClients, kMembers, kPeerKey or PasswordOf a user
  std::string hash;       ///< SHA-256 of the password, in hex
  std::int64_t ends = 0;  ///< Unix time in seconds; 0: not all members have the new one yet
  bool operator==(const OutgoingPassword&) const = default;
};

/// What the Secret has had while this process ran.
/// A text that is empty is not known.
struct FormerSecrets {
  std::string password;
  std::string replication_password;
  std::string peer_key;
};

class TlsContext;

struct EngineSecrets {
  std::string password;
  std::string replication_password;
  std::string peer_key;       ///< of the members' messages to each other (peer/message.h)
  std::string revision = "";  ///< that the chart has given the Secret; empty: none
  bool default_user = true;   ///< clients may log in as `default`
  DeclaredUsers users = {};   ///< beside `default`
  /// With which the program logs in at the members' processes; empty: as `default`, since the
  /// installation is not known.
  std::string program_account = "";
  /// Valid beside those above; hashes, since a member may never have known the text.
  std::vector<OutgoingPassword> outgoing = {};
  /// For logging in to members that do not have those above yet; the newest first. In memory alone.
  std::vector<FormerSecrets> former = {};
  /// Not all members have those above: a process that runs logs in with the former ones, and
  /// messages carry an HMAC by each key.
  bool spreading = false;
  /// For the member's own connections; empty: these are made without TLS (Settings::tls).
  std::shared_ptr<const TlsContext> tls = nullptr;
  /// For those to the own process, which may not have taken the renewed one yet; empty: `tls`.
  std::shared_ptr<const TlsContext> own_tls = nullptr;

  /// Are the members' and the clients' passwords the same?
  [[nodiscard]] bool SamePasswordsAs(const EngineSecrets& other) const {
    return password == other.password && replication_password == other.replication_password &&
           peer_key == other.peer_key;
  }
  /// The users, too, whatever is valid beside all that.
  [[nodiscard]] bool SameAs(const EngineSecrets& other) const {
    return SamePasswordsAs(other) && default_user == other.default_user && users == other.users;
  }
};

}  // namespace bowline
