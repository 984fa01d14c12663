#pragma once
// How passwords are replaced while the members run (docs/decisions/0042-passwords.md). A new one is
// let in beside the former one at each member; when all running members have it, they use it, and
// the former one ends after a time. Pure.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "model/identity.h"
#include "model/secrets.h"

namespace bowline {

/// SHA-256 of the passwords, by whose they are.
using PasswordHashes = std::map<std::string, std::vector<std::string>>;
PasswordHashes HashesOf(const EngineSecrets& secrets);

/// The hashes that are valid for whom (kClients, kMembers): the declared password's, then those of
/// the outgoing ones.
std::vector<std::string> ValidHashes(const EngineSecrets& secrets, std::string_view of);

/// Lets those of `before` that are not the declared ones go out: they are valid until all members
/// have the declared ones, and some time longer. What is declared again goes out no more.
void LetOut(EngineSecrets& secrets, const PasswordHashes& before);

/// Adds the outgoing passwords that others tell, unless they have ended by `now` (Unix time in
/// seconds). True: one was not known.
bool Adopt(EngineSecrets& secrets, const std::vector<OutgoingPassword>& told, std::int64_t now);

/// `mounted` takes the place of `used`, which stays valid, and with which members are still reached
/// that do not have `mounted`.
EngineSecrets Succeed(const EngineSecrets& used, EngineSecrets mounted);

inline constexpr std::size_t kMostKeys = 8;

/// The key of the HMAC and the former ones, the newest first (peer/message.h).
struct PeerKeys {
  std::vector<std::string> known;   ///< a message by one of them is taken
  std::size_t sealing = kMostKeys;  ///< a message carries an HMAC by each of so many first ones
};
/// Messages are sealed by all of them while passwords spread, else by the newest alone: a member of
/// a version before, of which there is none while they spread, reads one HMAC.
PeerKeys KeysOf(const EngineSecrets& secrets);

/// Drops the texts of passwords that are valid no longer.
void ForgetEnded(EngineSecrets& secrets);

/// Tells whether two members have the same passwords, and nothing else of them: 16 hex digits.
std::string DigestOf(const EngineSecrets& secrets);
/// The same of the passwords alone, whatever the users are.
std::string DigestWithoutUsers(const EngineSecrets& secrets);

/// What a member keeps on its volume.
struct KeptPasswords {
  PasswordHashes current;
  std::vector<OutgoingPassword> outgoing;
  bool operator==(const KeptPasswords&) const = default;
};
KeptPasswords Keep(const EngineSecrets& secrets);
std::string PrintKeptPasswords(const KeptPasswords& kept);
/// kInvalidArgument: it is no such file.
Result<KeptPasswords> ParseKeptPasswords(std::string_view text);

/// The list "outgoing" of an object, here and in a member's report. Reading: none when it is
/// missing; kInvalidArgument for an entry that is none.
void WriteOutgoing(JsonWriter& json, const std::vector<OutgoingPassword>& outgoing);
Result<std::vector<OutgoingPassword>> ReadOutgoing(const JsonView& object);

/// After a start: what was valid before it stays so.
void Restore(EngineSecrets& secrets, const KeptPasswords& kept, std::int64_t now);

/// What another member tells of its passwords.
struct ToldPasswords {
  std::string digest;                       ///< DigestOf; empty: its program does not tell it
  std::string without_users = "";           ///< DigestWithoutUsers; empty: the same
  bool uses = false;                        ///< its process logs in with them
  std::vector<MemberName> waits = {};       ///< whom it has heard without them
  std::chrono::milliseconds silent_for{0};  ///< 0: it has answered now
};

/// A sentinel that logs in to a server with a password that this one does not know takes it for
/// down, and keeps that connection. So it starts when all servers have the declared passwords, or
/// after two minutes. Why it waits; nothing: it does not. `told`: by the servers that have
/// answered.
std::optional<std::string> WaitForServers(const EngineSecrets& secrets,
                                          const std::map<MemberName, ToldPasswords>& told,
                                          std::size_t servers, std::chrono::milliseconds waited);

struct RotationLook {
  std::int64_t now = 0;                      ///< Unix time in seconds
  std::int64_t keep_for = 0;                 ///< seconds that a former password stays valid
  std::map<MemberName, ToldPasswords> told;  ///< of each other declared member
};
struct RotationStep {
  /// They do not have the declared passwords yet, or are silent for less than two minutes. As long
  /// as there is one, nobody logs in with these.
  std::vector<MemberName> behind;
  std::vector<MemberName> seen_behind;     ///< of these who has answered
  bool others_wait = false;                ///< for somebody whom this member may not understand
  std::vector<OutgoingPassword> outgoing;  ///< from now on, with their ends
  bool ended = false;                      ///< one of them is valid no longer
};
/// A former password ends `keep_for` after all members log in with the declared ones. Whoever is
/// behind before that end takes it back; who has other users takes back that of users' passwords
/// alone.
RotationStep PlanRotation(const EngineSecrets& secrets, const RotationLook& look);

}  // namespace bowline
