#include "plan/common/engine_conf.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <set>

#include "base/digest.h"
#include "base/parse.h"
#include "testing/plan/rules.h"
#include "testing/plan/running_cluster.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;

EngineConfInput Input() {
  EngineConfInput input;
  input.secrets = {.password = "s3cret-of-users",
                   .replication_password = "s3cret \"of\" replicas\\"};
  input.identity = testing::TestIdentity();
  input.announced = {.ip = "10.96.0.7", .port = 6379, .bus_port = 16379};
  input.user_directives = "maxmemory 100mb\nappendonly yes\n";
  return input;
}

std::string MustRender(const EngineConfInput& input) {
  const auto text = RenderEngineConf(input);
  INFO((text ? std::string() : text.error().message));
  REQUIRE(text);
  return *text;
}

/// The value of the last line that sets `name`, as the engine reads it.
std::string Last(const std::string& text, std::string_view name) {
  std::string value = "(unset)";
  for (const std::string_view line : SplitLines(text)) {
    const auto space = line.find(' ');
    if (line.substr(0, space) == name) value = line.substr(space + 1);
  }
  return value;
}

TEST_CASE("the engine's file is this text") {
  CHECK(MustRender(Input()) ==
        "# Written by bowline at every start.\n"
        "repl-backlog-size 10485760\n"
        "maxmemory 100mb\n"
        "appendonly yes\n"
        "port 6379\n"
        "protected-mode no\n"
        "dir \"/data\"\n"
        "aof-load-truncated no\n"
        "cluster-enabled yes\n"
        "cluster-config-file nodes.conf\n"
        "cluster-port 16379\n"
        "cluster-node-timeout 2500\n"
        "cluster-allow-replica-migration no\n"
        "cluster-announce-ip 10.96.0.7\n"
        "cluster-announce-port 6379\n"
        "cluster-announce-bus-port 16379\n"
        "replica-announce-ip 10.96.0.7\n"
        "replica-announce-port 6379\n"
        "user default on #" +
            Sha256Hex("s3cret-of-users") +
            " ~* &* +@all\n"
            "user bowline-0123456789abcdef0123456789abcdef on #" +
            Sha256Hex("s3cret-of-users") +
            " ~* &* +@all\n"
            "user replication-0123456789abcdef0123456789abcdef on #" +
            Sha256Hex("s3cret \"of\" replicas\\") +
            " resetchannels -@all +psync +sync +replconf +ping\n"
            "masteruser replication-0123456789abcdef0123456789abcdef\n"
            "masterauth \"s3cret \\\"of\\\" replicas\\\\\"\n");
}

/// Those that take the place of the replication account's rights; all other accounts have none.
std::set<std::string> MigrationRights(const Layout& layout, EngineKind engine) {
  std::set<std::string> rights;
  for (const Account& account : AccountsOfServer(testing::TestRules(layout), engine,
                                                 testing::TestIdentity(), Input().secrets)) {
    if (account.newer_rights.empty()) continue;
    CHECK(account.name == AccountOf("replication", testing::TestIdentity()));
    rights.insert(account.newer_rights.begin(), account.newer_rights.end());
  }
  return rights;
}

TEST_CASE("a cluster of Valkey lets the members migrate slots, by command and not in the file") {
  const Layout cluster;
  const std::set<std::string> rights = MigrationRights(cluster, EngineKind::kValkey);
  for (const char* right : {"-@all", "+cluster|syncslots", "+select", "+@write", "-@dangerous",
                            "+psync", "+sync", "+replconf", "+ping"}) {
    CHECK(rights.contains(right));
  }
  for (const char* right : {"+@all", "+@read", "+@admin", "+@dangerous", "+cluster"}) {
    CHECK_FALSE(rights.contains(right));
  }
  CHECK(MigrationRights(cluster, EngineKind::kRedis).empty());
  CHECK(MigrationRights(Layout::Sentinel(2, 3), EngineKind::kValkey).empty());
  CHECK(MigrationRights(Layout::Standalone(), EngineKind::kValkey).empty());

  EngineConfInput valkey = Input();
  valkey.settings.engine = EngineKind::kValkey;
  CHECK(MustRender(valkey) == MustRender(Input()));
}

TEST_CASE("the settings and the address reach the file") {
  EngineConfInput input = Input();
  input.settings.ports = {.client = 7000, .bus = 7001, .http = 7002};
  input.settings.node_timeout_milliseconds = 1234;
  input.announced = {.ip = "fd00::7", .port = 7000, .bus_port = 7001};
  input.data_directory = "/some where";
  const std::string text = MustRender(input);
  CHECK(Last(text, "port") == "7000");
  CHECK(Last(text, "cluster-port") == "7001");
  CHECK(Last(text, "cluster-node-timeout") == "1234");
  CHECK(Last(text, "cluster-announce-ip") == "fd00::7");
  CHECK(Last(text, "cluster-announce-bus-port") == "7001");
  CHECK(Last(text, "replica-announce-ip") == "fd00::7");
  CHECK(Last(text, "dir") == "\"/some where\"");
}

/// As bowline.json tells it.
TlsSettings Tls(TlsMode mode, int other) {
  return {.mode = mode,
          .directory = "/etc/bowline-tls",
          .client_check = "optional",
          .other_client_port = other};
}

TEST_CASE("TLS beside the plain port, which the members go on to use") {
  EngineConfInput input = Input();
  input.settings.tls = Tls(TlsMode::kOffer, 6380);
  const std::string text = MustRender(input);
  CHECK(Last(text, "port") == "6379");
  CHECK(Last(text, "tls-port") == "6380");
  CHECK(Last(text, "tls-cert-file") == "/etc/bowline-tls/tls.crt");
  CHECK(Last(text, "tls-key-file") == "/etc/bowline-tls/tls.key");
  CHECK(Last(text, "tls-ca-cert-file") == "/etc/bowline-tls/ca.crt");
  CHECK(Last(text, "tls-auth-clients") == "optional");
  CHECK(Last(text, "tls-replication") == "(unset)");
  CHECK(Last(text, "tls-cluster") == "(unset)");
  CHECK(Last(text, "cluster-announce-port") == "6379");
  CHECK(Last(text, "cluster-announce-tls-port") == "6380");
  CHECK(Last(text, "cluster-preferred-endpoint-type") == "ip");
}

TEST_CASE("TLS among the members, with and without the plain port") {
  EngineConfInput input = Input();
  input.settings.release = input.settings.fullname = "demo";
  input.settings.name_space = "apps";
  input.self = MemberName{.shard = 1, .ordinal = 0};
  input.settings.ports.client = input.announced.port = 6380;
  const int other = GENERATE(6379, 0);
  input.settings.tls = Tls(other != 0 ? TlsMode::kPrefer : TlsMode::kRequire, other);
  const std::string text = MustRender(input);
  CHECK(Last(text, "port") == std::to_string(other));
  CHECK(Last(text, "tls-port") == "6380");
  CHECK(Last(text, "tls-replication") == "yes");
  CHECK(Last(text, "tls-cluster") == "yes");
  CHECK(Last(text, "cluster-announce-port") == (other != 0 ? "6379" : "(unset)"));
  CHECK(Last(text, "cluster-announce-tls-port") == "6380");
  CHECK(Last(text, "replica-announce-port") == "6380");
  CHECK(Last(text, "cluster-announce-hostname") == "demo-shard-1-0.apps.svc.cluster.local");
  CHECK(Last(text, "cluster-preferred-endpoint-type") == "hostname");
}

TEST_CASE("no password stands in clear but the one that a replica must send") {
  const std::string text = MustRender(Input());
  CHECK_FALSE(text.contains("s3cret-of-users"));
  std::size_t clear = 0;
  for (const std::string_view line : SplitLines(text)) {
    if (!line.contains("s3cret")) continue;
    CHECK(line.starts_with("masterauth "));
    ++clear;
  }
  CHECK(clear == 1);
}

TEST_CASE("without auth no user is touched") {
  EngineConfInput input = Input();
  input.settings.auth = false;
  const std::string text = MustRender(input);
  CHECK_FALSE(text.contains("user "));
  CHECK_FALSE(text.contains("masterauth"));
}

TEST_CASE("the user's directives may end without a line end, and may be empty") {
  EngineConfInput input = Input();
  input.user_directives = "maxmemory 1gb";
  CHECK(Last(MustRender(input), "maxmemory") == "1gb");
  CHECK(Last(MustRender(input), "port") == "6379");
  input.user_directives = "";
  CHECK(Last(MustRender(input), "port") == "6379");
}

/// The names that the chart refuses, from its own template.
std::set<std::string> OwnedByTheChart() {
  const std::string text = testing::ReadFile(std::filesystem::path(BOWLINE_DOCS).parent_path() /
                                             "charts/bowline/templates/_validate-config.tpl");
  const auto from = text.find('[', text.find("bowline.ownedDirectives"));
  const auto to = text.find(']', from);
  REQUIRE(to != std::string::npos);
  std::set<std::string> names;
  const std::string list = text.substr(from + 1, to - from - 1);
  for (const std::string_view line : SplitLines(list)) {
    if (Trim(line).starts_with('#') || line.contains("{{")) continue;
    for (const std::string_view word : Split(line, ',')) {
      std::string name(Trim(word));
      std::erase(name, '"');
      if (!name.empty()) names.insert(name);
    }
  }
  return names;
}

TEST_CASE("what the program owns is refused, exactly what the chart refuses") {
  const std::set<std::string> owned = OwnedByTheChart();
  CHECK(owned.size() > 20);
  for (std::string name : owned) {
    if (name.ends_with('*')) name.replace(name.size() - 1, 1, "ip");
    CAPTURE(name);
    EngineConfInput input = Input();
    if (name.ends_with("-priority")) input.settings.layout = Layout::Sentinel(3, 3);
    input.user_directives = "maxmemory 1gb\n\n# port 1\n" + name + " 1\n";
    const auto text = RenderEngineConf(input);
    REQUIRE_FALSE(text);
    CHECK(text.error().code == Code::kInvalidArgument);
    CHECK_THAT(text.error().message, ContainsSubstring("line 4 sets \"" + name + "\""));
  }
  // The other way round: every name that the file itself sets after the user's is in the list.
  EngineConfInput empty = Input();
  empty.user_directives = "# ours follow";
  std::string written = MustRender(empty);
  written.erase(0, written.find(empty.user_directives));
  for (const std::string_view line : SplitLines(written)) {
    if (line.starts_with('#')) continue;
    const std::string name(line.substr(0, line.find(' ')));
    CAPTURE(name);
    const bool by_prefix = std::ranges::any_of(owned, [&](const std::string& entry) {
      return entry.ends_with('*') && name.starts_with(entry.substr(0, entry.size() - 1));
    });
    CHECK((by_prefix || owned.contains(name)));
  }
}

TEST_CASE("the backlog follows the container's limit; maxmemory is set after the load") {
  EngineConfInput input = Input();
  input.settings.max_memory_percent = 50;
  input.memory_limit = std::int64_t{200} << 20;
  input.user_directives = "hz 10\n";
  CHECK_THAT(MustRender(input), ContainsSubstring("start.\nrepl-backlog-size 10485760\nhz 10\n"));
  input.user_directives = "repl-backlog-size 1mb\n";
  CHECK_THAT(MustRender(input), ContainsSubstring("start.\nrepl-backlog-size 1mb\n"));
}

TEST_CASE("an owned directive is found in any dress, and only then") {
  for (const char* line : {"PORT 1", "  port 1", "\tport\t1", "port", "\"port\" 1", "'port' 1",
                           "Cluster-Announce-Hostname x", "p\"ort\" 1"}) {
    CAPTURE(line);
    EngineConfInput input = Input();
    input.user_directives = line;
    CHECK_FALSE(RenderEngineConf(input));
  }
  for (const char* line :
       {"#port 1", "# port 1", "port-like 1", "timeout 1", "rename-command X port",
        "client-output-buffer-limit replica 0 0 0", "loglevel verbose"}) {
    CAPTURE(line);
    EngineConfInput input = Input();
    input.user_directives = line;
    CHECK(RenderEngineConf(input));
  }
}

TEST_CASE("the engine's file in sentinel mode is this text") {
  EngineConfInput input = Input();
  input.settings.layout = Layout::Sentinel(3, 3);
  input.follow = Endpoint{.ip = "10.96.0.9", .port = 6380};
  input.passive = true;
  CHECK(MustRender(input) ==
        "# Written by bowline at every start.\n"
        "repl-backlog-size 10485760\n"
        "maxmemory 100mb\n"
        "appendonly yes\n"
        "port 6379\n"
        "protected-mode no\n"
        "dir \"/data\"\n"
        "aof-load-truncated no\n"
        "replicaof 10.96.0.9 6380\n"
        "replica-priority 0\n"
        "replica-announce-ip 10.96.0.7\n"
        "replica-announce-port 6379\n"
        "user default on #" +
            Sha256Hex("s3cret-of-users") +
            " ~* &* +@all\n"
            "user bowline-0123456789abcdef0123456789abcdef on #" +
            Sha256Hex("s3cret-of-users") +
            " ~* &* +@all\n"
            "user replication-0123456789abcdef0123456789abcdef on #" +
            Sha256Hex("s3cret \"of\" replicas\\") +
            " resetchannels -@all +psync +sync +replconf +ping\n"
            "user sentinel-0123456789abcdef0123456789abcdef on #" +
            Sha256Hex("s3cret \"of\" replicas\\") +
            " resetchannels &__sentinel__:hello -@all +multi +slaveof +ping +exec +subscribe "
            "+config|rewrite +role +publish +info +client|setname +client|kill +script|kill\n"
            "masteruser replication-0123456789abcdef0123456789abcdef\n"
            "masterauth \"s3cret \\\"of\\\" replicas\\\\\"\n");
}

TEST_CASE("in sentinel mode the primary follows nobody, and one with data has its priority") {
  EngineConfInput input = Input();
  input.settings.layout = Layout::Sentinel(3, 3);
  CHECK(Last(MustRender(input), "replicaof") == "(unset)");
  CHECK(Last(MustRender(input), "replica-priority") == "(unset)");
  input.settings.auth = false;
  CHECK_FALSE(MustRender(input).contains("user "));
  for (const char* line : {"replicaof x 1", "slaveof x 1", "replica-priority 10",
                           "slave-priority 10", "cluster-enabled yes", "replica-announce-ip x"}) {
    CAPTURE(line);
    input.user_directives = line;
    CHECK_FALSE(RenderEngineConf(input));
  }
}

TEST_CASE("values are quoted for the engine's parser") {
  CHECK(QuoteConf("") == "\"\"");
  CHECK(QuoteConf("plain") == "\"plain\"");
  CHECK(QuoteConf("a\"b\\c") == R"("a\"b\\c")");
  CHECK(QuoteConf("line\nend\t\x7f") == R"("line\x0aend\x09\x7f")");
  CHECK(QuoteConf("\xc3\xa4") == R"("\xc3\xa4")");
  CHECK(QuoteConf("# it's $x") == R"("# it's $x")");
}

}  // namespace
}  // namespace bowline
