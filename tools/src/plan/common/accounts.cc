#include "plan/common/accounts.h"

#include <algorithm>
#include <format>

#include "base/parse.h"
#include "plan/common/passwords.h"

namespace bowline {
namespace {

// What a sentinel sends to a server, and nothing else (facts/sentinel.md 6).
constexpr std::string_view kSentinelRights =
    "resetchannels &__sentinel__:hello -@all +multi +slaveof +ping +exec +subscribe "
    "+config|rewrite +role +publish +info +client|setname +client|kill +script|kill";

// What a replica sends to its primary, and nothing else. SYNC: the second connection of Valkey's
// dual-channel replication asks for the snapshot (replication.c,
// dualChannelReplHandleReplconfReply). Redis' repl-rdb-channel sends PSYNC there.
constexpr std::string_view kReplicationRights = "resetchannels -@all +psync +sync +replconf +ping";

// The same, and what a primary of Valkey sends to the primary that is to have its slots, from 9.0
// on. The target asks this account for each command (server.c, processCommand: ACLCheckAllPerm).
// CLUSTER SYNCSLOTS: all steps (cluster_migrateslots.c). SELECT and writes: the snapshot (aof.c,
// rewriteSlotToAppendOnlyFileRio), then what is replicated and has a slot
// (clusterFeedSlotExportJobs), so PFCOUNT and SPUBLISH, too. One refusal ends the migration. What
// has no key is never sent: of the dangerous writes only those with one are left.
constexpr std::string_view kMigrationRights =
    "~* &* -@all +@write -@dangerous -@scripting +sort +restore +pfcount +spublish +select "
    "+cluster|syncslots +psync +sync +replconf +ping";

// What a sentinel sends to another one, and nothing else (sentinel.c).
constexpr std::string_view kPeerRights =
    "resetchannels &__sentinel__:hello -@all "
    "+ping +publish +client|setname +sentinel|is-master-down-by-addr";

constexpr std::string_view kAllRights = "~* &* +@all";

// What client libraries ask a sentinel, and to subscribe to its events. All engines of the window
// know these names.
constexpr std::string_view kDiscoveryRights =
    "resetchannels &* -@all +@connection -@dangerous +hello +ping +subscribe +unsubscribe "
    "+psubscribe +punsubscribe +info +role +command +sentinel|get-master-addr-by-name "
    "+sentinel|master +sentinel|masters +sentinel|replicas +sentinel|slaves +sentinel|sentinels "
    "+sentinel|myid +sentinel|ckquorum";

Account Default(const EngineSecrets& secrets) {
  return {
      .name = "default", .of = kClients, .rights = Words(kAllRights), .on = secrets.default_user};
}

/// With the clients' password, since those of the version before know no other one of it. The
/// members' password opens what replicas and sentinels may do, and nothing else.
Account Program(const Identity& identity) {
  return {.name = ProgramAccount(identity), .of = kClients, .rights = Words(kAllRights)};
}

/// The rules of a file and of a command are the same, in the same order.
std::vector<std::string> Rules(const Account& account, const std::vector<std::string>& rights,
                               const EngineSecrets& secrets) {
  std::vector<std::string> rules{account.on ? "on" : "off"};
  for (const std::string& hash : ValidHashes(secrets, account.of)) rules.push_back("#" + hash);
  rules.insert(rules.end(), rights.begin(), rights.end());
  return rules;
}

}  // namespace

std::string AccountOf(std::string_view what, const Identity& identity) {
  return std::format("{}-{}", what, identity.installation);
}

std::vector<Account> ServerAccounts(const Identity& identity, const EngineSecrets& secrets) {
  std::vector<Account> accounts{Default(secrets),
                                Program(identity),
                                {.name = AccountOf("replication", identity),
                                 .of = kMembers,
                                 .rights = Words(kReplicationRights)}};
  for (const DeclaredUser& user : secrets.users.All()) {
    accounts.push_back(
        {.name = user.name, .of = PasswordOf(user), .rights = user.rules, .of_user = true});
  }
  return accounts;
}

void AllowMigration(std::vector<Account>& accounts, const Identity& identity) {
  for (Account& account : accounts) {
    if (account.name == AccountOf("replication", identity)) {
      account.newer_rights = Words(kMigrationRights);
    }
  }
}

Account SentinelAccount(const Identity& identity) {
  return {
      .name = AccountOf("sentinel", identity), .of = kMembers, .rights = Words(kSentinelRights)};
}

std::vector<Account> AccountsAtSentinel(const Identity& identity, const EngineSecrets& secrets) {
  std::vector<Account> accounts{
      Default(secrets),
      Program(identity),
      {.name = AccountOf("peer", identity), .of = kClients, .rights = Words(kPeerRights)}};
  for (const DeclaredUser& user : secrets.users.All()) {
    std::vector<std::string> rights = Words(kDiscoveryRights);
    for (const std::string& rule : user.rules) {
      if (rule == "on" || rule == "off" || rule == "nopass") rights.push_back(rule);
    }
    accounts.push_back(
        {.name = user.name, .of = PasswordOf(user), .rights = std::move(rights), .of_user = true});
  }
  return accounts;
}

std::string ProgramAccount(const Identity& identity) { return AccountOf("bowline", identity); }

std::vector<std::string> ClientUsers(std::vector<std::string> users, const Identity& identity) {
  std::erase_if(
      users, [&](const std::string& user) { return user.ends_with("-" + identity.installation); });
  return users;
}

std::string UserLine(const Account& account, const EngineSecrets& secrets) {
  std::string text = "user " + account.name;
  for (const std::string& rule : Rules(account, account.rights, secrets)) text += " " + rule;
  return text + "\n";
}

std::vector<std::vector<std::string>> LetInCommands(const Account& account,
                                                    const EngineSecrets& secrets) {
  std::vector<std::vector<std::string>> commands;
  for (const auto* rights : {&account.newer_rights, &account.rights}) {
    if (rights == &account.newer_rights && rights->empty()) continue;
    std::vector<std::string>& words = commands.emplace_back();
    words = {"ACL", "SETUSER", account.name, "reset"};
    const std::vector<std::string> rules = Rules(account, *rights, secrets);
    words.insert(words.end(), rules.begin(), rules.end());
  }
  return commands;
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
