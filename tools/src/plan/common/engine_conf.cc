#include "plan/common/engine_conf.h"

#include <algorithm>
#include <array>

#include "plan/common/directives.h"
#include "plan/common/listeners.h"
#include "plan/common/memory.h"
#include "plan/common/mode_rules.h"

namespace bowline {
namespace {

// Directives that would take the member out of our hands. The chart's validation has the same list.
constexpr std::array<std::string_view, 38> kOwned{
    "port",
    "tls-port",
    "tls-cert-file",
    "tls-key-file",
    "tls-ca-cert-file",
    "tls-auth-clients",
    "tls-replication",
    "tls-cluster",
    "unixsocket",
    "bind",
    "protected-mode",
    "cluster-enabled",
    "cluster-port",
    "cluster-config-file",
    "cluster-node-timeout",
    "cluster-allow-replica-migration",
    "replica-announced",
    "slaveof",
    "replicaof",
    "masteruser",
    "masterauth",
    "primaryuser",
    "primaryauth",
    "requirepass",
    "user",
    "aclfile",
    "dir",
    "dbfilename",
    "appendfilename",
    "appenddirname",
    "aof-load-truncated",
    "aof-load-corrupt-tail-max-size",
    "preload-file",
    "include",
    "daemonize",
    "supervised",
    "pidfile",
    "logfile",
};
constexpr std::array<std::string_view, 3> kOwnedPrefixes{"cluster-announce-", "replica-announce-",
                                                         "slave-announce-"};

bool IsOwned(const std::vector<std::string>& words) {
  const std::string& name = words.front();
  return std::ranges::contains(kOwned, name) ||
         std::ranges::any_of(kOwnedPrefixes,
                             [&](std::string_view p) { return name.starts_with(p); });
}

std::string Users(const EngineConfInput& input, const ModeRules& rules) {
  std::string text;
  // No gate has tried these: a wrong one must not keep the engine from starting. They are made
  // right after the start (apply/common/password_watch.h).
  EngineSecrets tried = input.secrets;
  tried.users.lines.clear();
  for (const Account& account :
       AccountsOfServer(rules, input.settings.engine, input.identity, tried)) {
    text += UserLine(account, input.secrets);
  }
  text += std::format("masteruser {}\n", AccountOf("replication", input.identity));
  text += std::format("masterauth {}\n", QuoteConf(input.secrets.replication_password));
  return text;
}

}  // namespace

std::vector<Account> AccountsOfServer(const ModeRules& rules, EngineKind engine,
                                      const Identity& identity, const EngineSecrets& secrets) {
  std::vector<Account> accounts = ServerAccounts(identity, secrets);
  // Redis has an account of its own for it (acl.c, "internal connection").
  if (rules.Sharded() && engine == EngineKind::kValkey) AllowMigration(accounts, identity);
  for (Account& account : rules.Accounts(identity)) accounts.push_back(std::move(account));
  return accounts;
}

std::string QuoteConf(std::string_view value) {
  std::string quoted = "\"";
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      quoted += std::format("\\x{:02x}", byte);
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

Status CheckEngineDirectives(const ModeRules& rules, std::string_view text) {
  return CheckDirectives("engine.conf", text, [&](const std::vector<std::string>& words) {
    return rules.OwnsDirective(words.front()) || IsOwned(words);
  });
}

Result<std::string> RenderEngineConf(const EngineConfInput& input, const ModeRules& rules) {
  const Settings& settings = input.settings;
  RETURN_IF_ERROR(CheckEngineDirectives(rules, input.user_directives));
  std::string text = "# Written by bowline at every start.\n";
  const Directives declared = ReadDirectives(input.user_directives);
  // maxmemory is set when the dataset is loaded (plan/common/memory.h).
  const Directives memory =
      MemoryDirectives(input.memory_limit, settings.max_memory_percent, declared);
  if (const auto backlog = memory.find(kBacklogSize); backlog != memory.end()) {
    text += std::format("{} {}\n", kBacklogSize, backlog->second);
  }
  text += input.user_directives;
  if (!text.ends_with('\n')) text += '\n';
  text += ListenerDirectives(settings.tls, settings.ports.client, settings.tls.other_client_port);
  text += "protected-mode no\n";  // the chart's pods are reached by Services; passwords are on
  text += std::format("dir {}\n", QuoteConf(input.data_directory));
  // An end that is missing is cut off by the program, when nobody holds an intact dataset.
  text += "aof-load-truncated no\n";
  if (input.append_only) text += "appendonly yes\n";
  text += rules.EngineDirectives(input);
  text += std::format("replica-announce-ip {}\n", input.announced.ip);
  text += std::format("replica-announce-port {}\n", input.announced.port);
  if (settings.auth) text += Users(input, rules);
  return text;
}

}  // namespace bowline
