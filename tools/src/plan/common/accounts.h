#pragma once
// The accounts of an engine and of a sentinel, and what lets them in.
// Reasons: docs/decisions/0015-accounts-of-an-installation.md, 0042-passwords.md.

#include <string>
#include <string_view>
#include <vector>

#include "model/identity.h"
#include "model/secrets.h"

namespace bowline {

/// An account with which clients or members log in.
struct Account {
  std::string name;
  std::string of;                   ///< whose passwords open it (model/secrets.h)
  std::vector<std::string> rights;  ///< rules of ACL SETUSER
  /// In place of `rights`, where the engine knows all of their commands; empty: there are none.
  std::vector<std::string> newer_rights = {};
  bool on = true;
  bool of_user = false;  ///< declared by auth.users
};

/// The name of an account with which members log in to each other. For a moment the Service of a
/// pod that ended leads to whoever has its address now: a server of another installation does not
/// know the account, even where the passwords are the same.
std::string AccountOf(std::string_view what, const Identity& identity);

/// Of each server: clients, the program, replicas.
std::vector<Account> ServerAccounts(const Identity& identity, const EngineSecrets& secrets);
/// What the primary of another shard does here too as replication-<id>, when it migrates slots
/// (docs/decisions/0049-rights-of-a-migration.md).
void AllowMigration(std::vector<Account>& accounts, const Identity& identity);
/// With which a sentinel logs in to a server.
Account SentinelAccount(const Identity& identity);
/// Of each sentinel: clients, the program, and the other sentinels. The users may ask who leads,
/// and nothing else, whatever they may do at a server.
std::vector<Account> AccountsAtSentinel(const Identity& identity, const EngineSecrets& secrets);

/// With which the program logs in to members' processes.
std::string ProgramAccount(const Identity& identity);

/// Of the users of an engine those that clients have.
std::vector<std::string> ClientUsers(std::vector<std::string> users, const Identity& identity);

/// A line of a file, for an engine or a sentinel, that lets it in with each valid password.
std::string UserLine(const Account& account, const EngineSecrets& secrets);
/// The commands that give the account exactly these passwords and rights; its connections stay. The
/// first one that the engine takes is enough: it refuses as a whole what it does not know.
std::vector<std::vector<std::string>> LetInCommands(const Account& account,
                                                    const EngineSecrets& secrets);

/// What makes a server log in to its primary with the declared password, when it connects anew.
std::vector<std::vector<std::string>> ServerUseCommands(const EngineSecrets& secrets);
/// The same of a sentinel, to the servers that it watches and, with `peers`, to other sentinels.
/// It connects anew to all of them (sentinel.c, sentinelSetCommand).
std::vector<std::vector<std::string>> SentinelUseCommands(const EngineSecrets& secrets,
                                                          const std::string& master_name,
                                                          bool peers);

}  // namespace bowline
