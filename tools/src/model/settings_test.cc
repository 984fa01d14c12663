#include "model/settings.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "testing/model.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;

constexpr std::string_view kGood = R"({
  "version": 1, "release": "demo", "namespace": "ns", "fullname": "demo-redis", "mode": "cluster",
  "engine": "valkey", "clusterDomain": "cluster.local",
  "ports": {"client": 6379, "bus": 16379, "http": 8379, "peers": 8380},
  "cluster": {"shards": 4, "replicasPerShard": 2, "nodeTimeoutMilliseconds": 2500},
  "auth": {"enabled": true, "directory": "/secret"},
  "persistence": {"enabled": false}, "record": "demo-record", "events": true,
  "terminationGracePeriodSeconds": 45, "log": {"format": "text", "level": "debug"}
})";

std::string With(const std::string& from, const std::string& to, std::string_view good = kGood) {
  return testing::Replace(std::string(good), from, to);
}

TEST_CASE("settings as the chart renders them") {
  const auto settings = ParseSettings(kGood);
  REQUIRE(settings);
  CHECK(settings->release == "demo");
  CHECK(settings->name_space == "ns");
  CHECK(settings->engine == EngineKind::kValkey);
  CHECK(settings->ports.client == 6379);
  CHECK(settings->ports.bus == 16379);
  CHECK(settings->ports.http == 8379);
  CHECK(settings->ports.peers == 8380);
  CHECK(settings->layout.shards == 4);
  CHECK(settings->layout.replicas_per_shard == 2);
  CHECK(settings->node_timeout_milliseconds == 2500);
  CHECK(settings->auth);
  CHECK(settings->auth_directory == "/secret");
  CHECK_FALSE(settings->persistence);
  CHECK(settings->record == "demo-record");
  CHECK(settings->events);
  CHECK(settings->grace_seconds == 45);
  CHECK(settings->log_format == "text");
  CHECK(settings->log_level == "debug");
}

TEST_CASE("what may be left out has its default") {
  const auto settings = ParseSettings(With(R"("record": "demo-record", "events": true,)", ""));
  REQUIRE(settings);
  CHECK(settings->record.empty());
  CHECK_FALSE(settings->events);
  CHECK(settings->fencing);
  CHECK(settings->stale_after_seconds == 30);
}

constexpr std::string_view kTls = R"("tls": {"mode": "prefer", "directory": "/tls",
  "clientCertificates": "required", "otherClientPort": 6379, "otherSentinelPort": 0}, )";

TEST_CASE("TLS as the chart renders it") {
  const std::string good = With(R"("cluster": {)", std::string(kTls) + R"("cluster": {)");
  const auto settings = ParseSettings(good);
  INFO((settings ? std::string() : settings.error().message));
  REQUIRE(settings);
  CHECK(CheckAllKnown(*settings));
  CHECK(settings->tls.mode == TlsMode::kPrefer);
  CHECK((settings->tls.Listens() && settings->tls.AmongMembers()));
  CHECK(settings->tls.directory == "/tls");
  CHECK(settings->tls.client_check == "yes");
  CHECK(settings->tls.other_client_port == 6379);
  CHECK(settings->CliOf({.shard = 0, .ordinal = 0}) ==
        "valkey-cli --tls --cacert /tls/ca.crt --cert /tls/tls.crt --key /tls/tls.key -p 6379");

  const auto offered = ParseSettings(With("prefer", "offer", good));
  REQUIRE(offered);
  CHECK((offered->tls.Listens() && !offered->tls.AmongMembers()));
  CHECK(offered->CliOf({}) == "valkey-cli -p 6379");
  const auto without = ParseSettings(kGood);
  REQUIRE(without);
  CHECK_FALSE(without->tls.Listens());

  const auto wrong = ParseSettings(With("prefer", "demand", good));
  REQUIRE_FALSE(wrong);
  CHECK_THAT(wrong.error().message, ContainsSubstring("tls.mode is \"demand\": use one of offer"));
}

TEST_CASE("users made by hand are kept only where that is said") {
  CHECK_FALSE(ParseSettings(kGood)->keep_foreign_users);
  const auto kept = ParseSettings(
      With(R"("directory": "/secret")", R"("directory": "/secret", "keepForeignUsers": true)"));
  REQUIRE(kept);
  CHECK(CheckAllKnown(*kept));
  CHECK(kept->keep_foreign_users);
}

TEST_CASE("Helm keeps the release in the objects' namespace, unless it is told") {
  CHECK(ParseSettings(kGood)->release_namespace == "ns");
  const auto other = ParseSettings(
      With(R"("namespace": "ns",)", R"("namespace": "ns", "releaseNamespace": "ops",)"));
  REQUIRE(other);
  CHECK(other->name_space == "ns");
  CHECK(other->release_namespace == "ops");
}

TEST_CASE("names that derive from the settings") {
  const auto settings = ParseSettings(kGood);
  REQUIRE(settings);
  const MemberName member{.shard = 3, .ordinal = 1};
  CHECK(settings->PodOf(member) == "demo-redis-shard-3-1");
  CHECK(settings->HostOf(member) == "demo-redis-shard-3-1.ns.svc.cluster.local.");
  CHECK(settings->MemberOfPod("demo-redis-shard-3-1") == member);
  CHECK(settings->EngineProgram() == "valkey-server");
  CHECK(ParseSettings(With("\"valkey\"", "\"redis\""))->EngineProgram() == "redis-server");
  for (const char* pod : {"", "demo-redis", "demo-redis-", "demo-redis-shard-3", "demo-shard-3-1",
                          "demo-redis-shard-3-1-x", "xdemo-redis-shard-3-1"}) {
    CAPTURE(pod);
    const auto wrong = settings->MemberOfPod(pod);
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().code == Code::kInvalidArgument);
  }
}

TEST_CASE("every wrong value is refused with its path") {
  struct Case {
    const char* from;
    const char* to;
    const char* message;
  };
  for (const Case& c : {
           Case{"\"version\": 1", "\"version\": 2", "version is 2"},
           Case{"\"release\": \"demo\", ", "", "release is missing"},
           Case{"\"fullname\": \"demo-redis\", ", "", "fullname is missing"},
           Case{"\"release\": \"demo\"", "\"release\": 5", "release must be"},
           Case{"\"cluster\",", "\"replication\",",
                "mode is \"replication\": use one of cluster, sentinel, standalone"},
           Case{"\"cluster\",", "\"sentinel\",", "ports.sentinel is missing"},
           Case{"\"record\"", "\"sentinel\": {}, \"record\"", "sentinel: it has no meaning"},
           Case{"\"valkey\"", "\"keydb\"", "engine is \"keydb\""},
           Case{"\"events\": true", "\"events\": \"yes\"", "events must be"},
           Case{"\"events\": true", "\"fencing\": true, \"fencing\": false", "\"fencing\" twice"},
           Case{"\"http\": 8379", "\"http\": 6379", "must differ"},
           Case{"\"http\": 8379", "\"http\": 16379", "must differ"},
           Case{"\"bus\": 16379", "\"bus\": 6379", "must differ"},
           Case{"\"client\": 6379", "\"client\": 0", "ports.client is 0: use 1 to 65535"},
           Case{"\"bus\": 16379", "\"bus\": 65536", "ports.bus is 65536"},
           Case{", \"peers\": 8380", "", "ports.peers is missing"},
           Case{"\"peers\": 8380", "\"peers\": 8379", "ports.http and ports.peers must differ"},
           Case{"\"shards\": 4", "\"shards\": 2", "cluster.shards is 2: use 3 to 1000"},
           Case{"\"shards\": 4", "\"shards\": 4.5", "cluster.shards must be"},
           Case{"\"replicasPerShard\": 2", "\"replicasPerShard\": -1",
                "cluster.replicasPerShard is -1"},
           Case{": 2500", ": 499", "cluster.nodeTimeoutMilliseconds is 499"},
           Case{"\"enabled\": true, ", "", "auth.enabled is missing"},
           Case{"\"enabled\": false", "\"enabled\": 0", "persistence.enabled must be"},
           Case{": 45", ": 0", "terminationGracePeriodSeconds is 0"},
           Case{"\"log\": {\"format\": \"text\", \"level\": \"debug\"}", "\"log\": []", "log"},
           Case{"\"text\"", "\"xml\"", "xml"},
           Case{"\"debug\"", "\"loud\"", "loud"},
       }) {
    CAPTURE(c.from, c.to);
    const auto settings = ParseSettings(With(c.from, c.to));
    REQUIRE_FALSE(settings);
    CHECK(settings.error().code == Code::kInvalidArgument);
    CHECK_THAT(settings.error().message, ContainsSubstring(c.message));
  }
}

constexpr std::string_view kSentinel = R"({
  "version": 1, "release": "demo", "namespace": "ns", "fullname": "demo-redis", "mode": "sentinel",
  "engine": "redis", "clusterDomain": "cluster.local",
  "ports": {"client": 6380, "sentinel": 26380, "http": 8379, "peers": 8380},
  "sentinel": {"servers": 5, "sentinels": 3, "quorum": 2, "masterName": "main",
    "downAfterMilliseconds": 4000, "failoverTimeoutMilliseconds": 50000, "parallelSyncs": 2,
    "auth": false, "recoverFrom": "server-4"},
  "auth": {"enabled": true, "directory": "/secret"}, "persistence": {"enabled": true},
  "roleLabel": true, "startWithout": ["server-2", "sentinel-0"], "fencing": false, "failover": {"staleAfterSeconds": -1},
  "maxReplicaLagSeconds": 20, "maxUnreplicatedSeconds": 10,
  "readinessTimeoutSeconds": 4, "engineStuckSeconds": 90, "terminationGracePeriodSeconds": 45,
  "log": {"format": "json", "level": "info"}
})";

TEST_CASE("settings of sentinel mode as the chart renders them") {
  const auto settings = ParseSettings(kSentinel);
  REQUIRE(settings);
  CHECK(settings->layout.mode == Mode::kSentinel);
  CHECK(settings->layout.shards == 1);
  CHECK(settings->layout.replicas_per_shard == 4);
  CHECK(settings->layout.sentinels == 3);
  CHECK(settings->sentinel.quorum == 2);
  CHECK(settings->sentinel.master_name == "main");
  CHECK(settings->sentinel.down_after_milliseconds == 4000);
  CHECK(settings->sentinel.failover_timeout_milliseconds == 50'000);
  CHECK(settings->sentinel.parallel_syncs == 2);
  CHECK_FALSE(settings->sentinel.auth);
  CHECK(settings->engine_stuck_seconds == 90);
  CHECK(settings->start_without ==
        std::vector<MemberName>{{.ordinal = 2, .kind = MemberKind::kServer},
                                {.kind = MemberKind::kSentinel}});
  const MemberName server{.ordinal = 4, .kind = MemberKind::kServer};
  const MemberName sentinel{.ordinal = 2, .kind = MemberKind::kSentinel};
  CHECK(settings->sentinel.recover_from == server);
  CHECK(settings->role_label);
  CHECK_FALSE(settings->fencing);
  CHECK(settings->stale_after_seconds == -1);
  CHECK(settings->max_replica_lag_seconds == 20);
  CHECK(settings->max_unreplicated_seconds == 10);
  CHECK(settings->PortOf(server) == 6380);
  CHECK(settings->PortOf(sentinel) == 26380);
  CHECK(settings->PodOf(sentinel) == "demo-redis-sentinel-2");
  CHECK(settings->MemberOfPod("demo-redis-server-4") == server);
  CHECK_FALSE(ParseSettings(kGood)->role_label);
  CHECK(ParseSettings(kGood)->max_replica_lag_seconds == 0);
  CHECK(ParseSettings(kGood)->max_unreplicated_seconds == 0);
  for (const std::string none : {R"(, "recoverFrom": "server-4")", R"(server-4)"}) {
    const auto without = ParseSettings(With(none, "", kSentinel));
    REQUIRE(without);
    CHECK_FALSE(without->sentinel.recover_from);
  }
}

TEST_CASE("every wrong value of sentinel mode is refused with its path") {
  struct Case {
    const char* from;
    const char* to;
    const char* message;
  };
  for (const Case& c : {
           Case{"\"sentinel\": 26380, ", "", "ports.sentinel is missing"},
           Case{": 26380", ": 6380", "ports.client and ports.sentinel must differ"},
           Case{": 26380", ": 70000", "ports.sentinel is 70000: use 1 to 65535"},
           Case{"\"sentinel\": 26380", "\"bus\": 26380", "ports.sentinel is missing"},
           Case{"\"servers\": 5, ", "", "sentinel.servers is missing"},
           Case{"\"servers\": 5", "\"servers\": 0", "sentinel.servers is 0: use 1 to 100"},
           Case{"\"servers\": 5", "\"servers\": \"5\"", "sentinel.servers must be"},
           Case{"\"sentinels\": 3", "\"sentinels\": 0", "sentinel.sentinels is 0: use 1 to 99"},
           Case{"\"quorum\": 2", "\"quorum\": 0", "sentinel.quorum is 0: use 1 to 3"},
           Case{"\"quorum\": 2", "\"quorum\": 4", "sentinel.quorum is 4: use 1 to 3"},
           Case{"\"main\"", "7", "sentinel.masterName must be"},
           Case{"\"main\"", "\"\"", "sentinel.masterName is \"\""},
           Case{"\"main\"", "\"my master\"", "sentinel.masterName is \"my master\""},
           Case{"\"main\"", "\"a\\nport 1\"", "sentinel.masterName is "},
           Case{": 4000", ": 499", "sentinel.downAfterMilliseconds is 499"},
           Case{": 50000", ": 999", "sentinel.failoverTimeoutMilliseconds is 999"},
           Case{"\"parallelSyncs\": 2", "\"parallelSyncs\": 0", "sentinel.parallelSyncs is 0"},
           Case{"\"auth\": false", "\"auth\": 0", "sentinel.auth must be"},
           Case{"server-4", "server-5", "sentinel.recoverFrom is \"server-5\": use server-0 to"},
           Case{"server-4", "sentinel-1", "sentinel.recoverFrom is \"sentinel-1\""},
           Case{"server-4", "shard-0-1", "sentinel.recoverFrom is \"shard-0-1\""},
           Case{"\"auth\": false", "\"atuh\": false", "sentinel.auth is missing"},
           Case{"[\"server-2\",", "[\"server\",", "startWithout: "},
           Case{"[\"server-2\",", "[2,", "startWithout"},
           Case{"\"roleLabel\": true", "\"roleLabel\": 1", "roleLabel must be"},
           Case{"\"fencing\": false", "\"fencing\": {}", "fencing must be"},
           Case{"\"staleAfterSeconds\": -1", "\"staleAfterSeconds\": -2",
                "failover.staleAfterSeconds"},
           Case{"LagSeconds\": 20", "LagSeconds\": -1", "maxReplicaLagSeconds is -1: use 0 to"},
           Case{"UnreplicatedSeconds\": 10", "UnreplicatedSeconds\": 3601",
                "maxUnreplicatedSeconds is 3601: use 0"},
           Case{"TimeoutSeconds\": 4", "TimeoutSeconds\": 0",
                "readinessTimeoutSeconds is 0: use 1"},
           Case{"StuckSeconds\": 90", "StuckSeconds\": 3601", "engineStuckSeconds is 3601: use 0"},
           Case{"\"roleLabel\"", "\"cluster\": {}, \"roleLabel\"", "cluster: it has no meaning"},
       }) {
    CAPTURE(c.from, c.to);
    const auto settings = ParseSettings(With(c.from, c.to, kSentinel));
    REQUIRE_FALSE(settings);
    CHECK(settings.error().code == Code::kInvalidArgument);
    CHECK_THAT(settings.error().message, ContainsSubstring(c.message));
  }
}

constexpr std::string_view kStandalone = R"({
  "version": 1, "release": "demo", "namespace": "ns", "fullname": "demo", "mode": "standalone",
  "engine": "redis", "clusterDomain": "cluster.local",
  "ports": {"client": 6379, "http": 8379, "peers": 8380},
  "auth": {"enabled": true, "directory": "/secret"}, "persistence": {"enabled": true},
  "terminationGracePeriodSeconds": 45, "log": {"format": "text", "level": "debug"}
})";

TEST_CASE("settings of a standalone server as the chart renders them") {
  const auto settings = ParseSettings(kStandalone);
  REQUIRE(settings);
  CHECK(settings->layout.mode == Mode::kStandalone);
  CHECK(settings->layout.Members() == std::vector{testing::ServerName(0)});
  CHECK(settings->layout.ToString() == "1 server");
  CHECK(settings->PodOf(testing::ServerName(0)) == "demo-server-0");
}

TEST_CASE("a standalone server has no section and no port of another mode") {
  for (const char* port : {R"("bus": 16379, )", R"("sentinel": 26379, )"}) {
    const auto settings = ParseSettings(
        With(R"("client": 6379,)", port + std::string(R"("client": 6379,)"), kStandalone));
    REQUIRE(settings);
    CHECK_FALSE(CheckAllKnown(*settings));
  }
  const auto same = ParseSettings(With(R"("http": 8379)", R"("http": 6379)", kStandalone));
  REQUIRE_FALSE(same);
  CHECK_THAT(same.error().message, ContainsSubstring("must differ"));
  for (const char* section : {"cluster", "sentinel"}) {
    const auto settings = ParseSettings(
        With(R"("auth")", std::format(R"("{}": {{}}, "auth")", section), kStandalone));
    REQUIRE_FALSE(settings);
    CHECK_THAT(settings.error().message, ContainsSubstring(section));
  }
}

TEST_CASE("what a later version's chart has added is left out, and named") {
  struct Case {
    std::string_view good;
    const char* from;
    const char* to;
    const char* path;
  };
  for (const Case& c : {
           Case{kGood, "\"events\"", "\"later\": {\"a\": [1]}, \"events\"", "later"},
           Case{kGood, "\"http\": 8379", "\"http\": 8379, \"metrics\": 1", "ports.metrics"},
           Case{kGood, "\"shards\"", "\"later\": 1, \"shards\"", "cluster.later"},
           Case{kGood, "\"directory\"", "\"later\": 1, \"directory\"", "auth.later"},
           Case{kGood, "\"enabled\": false", "\"enabled\": false, \"a\": 1", "persistence.a"},
           Case{kGood, "\"level\"", "\"later\": 1, \"level\"", "log.later"},
           Case{kSentinel, "\"quorum\"", "\"later\": 1, \"quorum\"", "sentinel.later"},
           Case{kSentinel, "\"staleAfterSeconds\"", "\"a\": 1, \"staleAfterSeconds\"",
                "failover.a"},
           Case{kStandalone, "\"http\"", "\"bus\": 16379, \"http\"", "ports.bus"},
       }) {
    CAPTURE(c.to);
    CHECK(CheckAllKnown(*ParseSettings(c.good)));
    const auto settings = ParseSettings(With(c.from, c.to, c.good));
    REQUIRE(settings);
    CHECK(settings->unknown == std::vector<std::string>{c.path});
    CHECK(CheckAllKnown(*settings).error().message ==
          std::format("this program does not know: {}", c.path));
  }
}

TEST_CASE("every strict prefix of the file is refused") {
  for (std::size_t size = 0; size < kGood.size(); ++size) {
    CHECK_FALSE(ParseSettings(kGood.substr(0, size)));
  }
  for (std::size_t size = 0; size < kSentinel.size(); ++size) {
    CHECK_FALSE(ParseSettings(kSentinel.substr(0, size)));
  }
}

}  // namespace
}  // namespace bowline
