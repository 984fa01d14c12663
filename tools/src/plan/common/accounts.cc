#include "plan/common/accounts.h"

#include <format>

#include "plan/common/passwords.h"

namespace bowline {
namespace {

// What a sentinel sends to a server, and nothing else (facts/sentinel.md 6).
constexpr std::string_view kSentinelRights =
    "resetchannels &__sentinel__:hello -@all +multi +slaveof +ping +exec +subscribe "
    "+config|rewrite +role +publish +info +client|setname +client|kill +script|kill";

// What a replica sends to its primary, and nothing else. SYNC: Valkey's dual-channel replication.
constexpr std::string_view kReplicationRights = "resetchannels -@all +psync +sync +replconf +ping";

// What a sentinel sends to another one, and nothing else (sentinel.c).
constexpr std::string_view kPeerRights =
    "resetchannels &__sentinel__:hello -@all "
    "+ping +publish +client|setname +sentinel|is-master-down-by-addr";

}  // namespace

std::string AccountOf(std::string_view what, const Identity& identity) {
  return std::format("{}-{}", what, identity.installation);
}

std::vector<Account> ServerAccounts(const Identity& identity) {
  return {{.name = "default", .of = kClients, .rights = std::string(kAllRights)},
          {.name = AccountOf("bowline", identity),
           .of = kClients,
           .rights = std::string(kAllRights)},
          {.name = AccountOf("replication", identity),
           .of = kMembers,
           .rights = std::string(kReplicationRights)}};
}

Account SentinelAccount(const Identity& identity) {
  return {.name = AccountOf("sentinel", identity),
          .of = kMembers,
          .rights = std::string(kSentinelRights)};
}

std::vector<Account> AccountsAtSentinel(const Identity& identity) {
  return {{.name = "default", .of = kClients, .rights = std::string(kAllRights)},
          {.name = AccountOf("peer", identity),
           .of = kClients,
           .rights = std::string(kPeerRights)}};
}

std::string UserLine(const Account& account, const EngineSecrets& secrets) {
  std::string text = std::format("user {} on", account.name);
  for (const std::string& hash : ValidHashes(secrets, account.of)) text += " #" + hash;
  return text + " " + account.rights + "\n";
}

std::vector<std::string> LetInCommand(const Account& account, const EngineSecrets& secrets) {
  std::vector<std::string> words{"ACL", "SETUSER", account.name, "resetpass"};
  for (const std::string& hash : ValidHashes(secrets, account.of)) words.push_back("#" + hash);
  return words;
}

std::vector<std::vector<std::string>> ServerUseCommands(const EngineSecrets& secrets) {
  return {{"CONFIG", "SET", "masterauth", secrets.replication_password}};
}

std::vector<std::vector<std::string>> SentinelUseCommands(const EngineSecrets& secrets,
                                                          const std::string& master_name,
                                                          bool peers) {
  std::vector<std::vector<std::string>> commands{
      {"SENTINEL", "SET", master_name, "auth-pass", secrets.replication_password}};
  if (peers) commands.push_back({"SENTINEL", "CONFIG", "SET", "sentinel-pass", secrets.password});
  return commands;
}

}  // namespace bowline
