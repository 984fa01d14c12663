#include "plan/engine_conf.h"

#include <algorithm>
#include <array>

#include "base/digest.h"
#include "plan/directives.h"

namespace bowline {
namespace {

// Directives that would take the member out of our hands. The chart's validation has the same list.
constexpr std::array<std::string_view, 29> kOwned{
    "port",
    "tls-port",
    "unixsocket",
    "bind",
    "protected-mode",
    "cluster-enabled",
    "cluster-port",
    "cluster-config-file",
    "cluster-node-timeout",
    "cluster-allow-replica-migration",
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
    "include",
    "daemonize",
    "supervised",
    "pidfile",
    "logfile",
};
constexpr std::array<std::string_view, 3> kOwnedPrefixes{"cluster-announce-", "replica-announce-",
                                                         "slave-announce-"};

// Sentinel mode: whom a sentinel may promote is decided by the program.
constexpr std::array<std::string_view, 2> kPriority{"replica-priority", "slave-priority"};

bool IsOwned(const std::vector<std::string>& words) {
  const std::string& name = words.front();
  return std::ranges::contains(kOwned, name) ||
         std::ranges::any_of(kOwnedPrefixes,
                             [&](std::string_view p) { return name.starts_with(p); });
}

// What a sentinel sends to a server, and nothing else (facts/sentinel.md 6).
constexpr std::string_view kSentinelRights =
    "resetchannels &__sentinel__:hello -@all +multi +slaveof +ping +exec +subscribe "
    "+config|rewrite +role +publish +info +client|setname +client|kill +script|kill";

// What a replica sends to its primary, and nothing else.
constexpr std::string_view kReplicationRights = "resetchannels -@all +psync +replconf +ping";
constexpr std::string_view kAllRights = "~* &* +@all";

std::string Users(const EngineConfInput& input) {
  const EngineSecrets& secrets = input.secrets;
  const std::string replication = AccountOf("replication", input.identity);
  std::string text = UserLine("default", secrets.password, kAllRights);
  text += UserLine(AccountOf("bowline", input.identity), secrets.password, kAllRights);
  text += UserLine(replication, secrets.replication_password, kReplicationRights);
  if (input.settings.layout.mode == Mode::kSentinel) {
    text += UserLine(AccountOf("sentinel", input.identity), secrets.replication_password,
                     kSentinelRights);
  }
  text += std::format("masteruser {}\n", replication);
  text += std::format("masterauth {}\n", QuoteConf(secrets.replication_password));
  return text;
}

std::string ClusterPart(const EngineConfInput& input) {
  const Settings& settings = input.settings;
  std::string text = "cluster-enabled yes\ncluster-config-file nodes.conf\n";
  text += std::format("cluster-port {}\n", settings.ports.bus);
  text += std::format("cluster-node-timeout {}\n", settings.node_timeout_milliseconds);
  // A pod belongs to its StatefulSet's shard: the engine must not move it to another
  // (facts/cluster.md 6d).
  text += "cluster-allow-replica-migration no\n";
  text += std::format("cluster-announce-ip {}\n", input.announced.ip);
  text += std::format("cluster-announce-port {}\n", input.announced.port);
  text += std::format("cluster-announce-bus-port {}\n", input.announced.bus_port);
  return text;
}

std::string ServerPart(const EngineConfInput& input) {
  std::string text;
  if (input.follow) text += std::format("replicaof {} {}\n", input.follow->ip, input.follow->port);
  // No sentinel may promote a member that holds nothing (the resident program resets it).
  if (input.passive) text += "replica-priority 0\n";
  return text;
}

}  // namespace

std::string AccountOf(std::string_view what, const Identity& identity) {
  return std::format("{}-{}", what, identity.installation);
}

std::string UserLine(std::string_view account, std::string_view password, std::string_view rights) {
  return std::format("user {} on #{} {}\n", account, Sha256Hex(password), rights);
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

Status CheckEngineDirectives(Mode mode, std::string_view text) {
  return CheckDirectives("engine.conf", text, [&](const std::vector<std::string>& words) {
    const bool priority =
        mode == Mode::kSentinel && std::ranges::contains(kPriority, words.front());
    return priority || IsOwned(words);
  });
}

Result<std::string> RenderEngineConf(const EngineConfInput& input) {
  const Settings& settings = input.settings;
  RETURN_IF_ERROR(CheckEngineDirectives(settings.layout.mode, input.user_directives));
  std::string text = "# Written by bowline at every start.\n" + input.user_directives;
  if (!text.ends_with('\n')) text += '\n';
  text += std::format("port {}\n", settings.ports.client);
  text += "protected-mode no\n";  // the chart's pods are reached by Services; passwords are on
  text += std::format("dir {}\n", QuoteConf(input.data_directory));
  // An end that is missing is cut off by the program, when nobody holds an intact dataset.
  text += "aof-load-truncated no\n";
  if (input.append_only) text += "appendonly yes\n";
  text += settings.layout.mode == Mode::kCluster ? ClusterPart(input) : ServerPart(input);
  text += std::format("replica-announce-ip {}\n", input.announced.ip);
  text += std::format("replica-announce-port {}\n", input.announced.port);
  if (settings.auth) text += Users(input);
  return text;
}

}  // namespace bowline
