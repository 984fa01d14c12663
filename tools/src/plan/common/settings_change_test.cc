#include "plan/common/settings_change.h"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <utility>

namespace bowline {
namespace {

/// bowline.json of a set, with every key; `change` replaces a part of it.
std::string Json(const std::string& part = "", const std::string& by = "") {
  std::string text = R"({"version": 1, "release": "r", "namespace": "ns", "releaseNamespace": "rns",
  "fullname": "f", "mode": "sentinel", "engine": "redis", "clusterDomain": "cluster.local",
  "ports": {"client": 6379, "sentinel": 26379, "http": 8379, "peers": 8380},
  "sentinel": {"servers": 3, "sentinels": 3, "quorum": 2, "masterName": "mymaster",
    "downAfterMilliseconds": 3000, "failoverTimeoutMilliseconds": 60000, "parallelSyncs": 1,
    "auth": true, "recoverFrom": ""},
  "auth": {"enabled": true, "directory": "/etc/bowline-secret"}, "persistence": {"enabled": true},
  "record": "f-record", "events": true, "roleLabel": true, "protectLastCopy": true,
  "fencing": true, "failover": {"staleAfterSeconds": 30}, "maxReplicaLagSeconds": 0, "maxUnreplicatedSeconds": 0,
  "readinessTimeoutSeconds": 1, "engineStuckSeconds": 30, "startWithout": [],
  "terminationGracePeriodSeconds": 60, "log": {"format": "json", "level": "info"}})";
  if (!part.empty()) text.replace(text.find(part), part.size(), by);
  return text;
}

struct Pair {
  const char* part;
  const char* by;
  const char* told;
};

// Every key of the file, so that none is forgotten in the table of the values.
constexpr Pair kPairs[] = {
    {R"("release": "r")", R"("release": "q")", "the release: r -> q"},
    {R"("namespace": "ns")", R"("namespace": "n2")", "namespaceOverride: ns -> n2"},
    {R"("rns")", R"("rn2")", "the release's namespace: rns -> rn2"},
    {R"("fullname": "f")", R"("fullname": "g")", "fullnameOverride: f -> g"},
    {R"("redis")", R"("valkey")", "engine: redis -> valkey"},
    {R"("cluster.local")", R"("a.b")", "clusterDomain: cluster.local -> a.b"},
    {"6379", "6380", "ports.client: 6379 -> 6380"},
    {"26379", "26380", "ports.sentinel: 26379 -> 26380"},
    {"8379", "8381", "ports.http: 8379 -> 8381"},
    {"8380", "8381", "ports.peers: 8380 -> 8381"},
    {R"("servers": 3)", R"("servers": 2)",
     "members: 3 servers, 3 sentinels -> 2 servers, 3 sentinels"},
    {R"("sentinels": 3)", R"("sentinels": 5)",
     "members: 3 servers, 3 sentinels -> 3 servers, 5 sentinels"},
    {R"("quorum": 2)", R"("quorum": 3)", "sentinel.quorum: 2 -> 3"},
    {"mymaster", "other", "sentinel.masterName: mymaster -> other"},
    {"3000", "4000", "sentinel.downAfterMilliseconds: 3000 -> 4000"},
    {"60000", "70000", "sentinel.failoverTimeoutMilliseconds: 60000 -> 70000"},
    {R"("parallelSyncs": 1)", R"("parallelSyncs": 2)", "sentinel.parallelSyncs: 1 -> 2"},
    {R"("auth": true)", R"("auth": false)", "sentinel.auth: true -> false"},
    {R"("recoverFrom": "")", R"("recoverFrom": "server-1")",
     "sentinel.recoverFrom: \"\" -> server-1"},
    {R"("auth": {"enabled": true)", R"("auth": {"enabled": false)", "auth.enabled: true -> false"},
    {"bowline-secret", "other-secret",
     "the Secret's folder: /etc/bowline-secret -> /etc/other-secret"},
    {R"("persistence": {"enabled": true)", R"("persistence": {"enabled": false)",
     "persistence.enabled: true -> false"},
    {"f-record", "", "rbac.create: the record: f-record -> \"\""},
    {R"("events": true)", R"("events": false)", "events.enabled: true -> false"},
    {R"("roleLabel": true)", R"("roleLabel": false)",
     "rbac.create: the label of the role: true -> false"},
    {R"("protectLastCopy": true)", R"("protectLastCopy": false)",
     "pdb.protectLastCopy: true -> false"},
    {R"("fencing": true)", R"("fencing": false)", "fencing.enabled: true -> false"},
    {R"("staleAfterSeconds": 30)", R"("staleAfterSeconds": -1)",
     "failover.staleAfterSeconds: 30 -> -1"},
    {R"("maxReplicaLagSeconds": 0)", R"("maxReplicaLagSeconds": 9)",
     "maxReplicaLagSeconds: 0 -> 9"},
    {R"("maxUnreplicatedSeconds": 0)", R"("maxUnreplicatedSeconds": 10)",
     "maxUnreplicatedSeconds: 0 -> 10"},
    {R"("readinessTimeoutSeconds": 1)", R"("readinessTimeoutSeconds": 2)",
     "probes.readiness.timeoutSeconds: 1 -> 2"},
    {R"("engineStuckSeconds": 30)", R"("engineStuckSeconds": 0)", "engineStuckSeconds: 30 -> 0"},
    {"[]", R"(["server-1", "server-2"])", "startWithout: {} -> {server-1, server-2}"},
    {R"("terminationGracePeriodSeconds": 60)", R"("terminationGracePeriodSeconds": 90)",
     "terminationGracePeriodSeconds: 60 -> 90"},
    {R"("format": "json")", R"("format": "text")", "log.format: json -> text"},
    {R"("level": "info")", R"("level": "debug")", "log.level: info -> debug"},
};

TEST_CASE("each key of the settings that changes is told alone, by the chart's name of it") {
  const Settings before = *ParseSettings(Json());
  CHECK(Difference(before, before).empty());
  for (const Pair& pair : kPairs) {
    CAPTURE(pair.part);
    const auto after = ParseSettings(Json(pair.part, pair.by));
    REQUIRE(after);
    const auto changes = Difference(before, *after);
    REQUIRE(changes.size() == 1);
    CHECK(Tell(changes).starts_with(std::string(pair.told) + " ("));
    // In use is what is live, and nothing else.
    CHECK(Difference(before, WithLive(before, *after)).empty() == !changes[0].live);
    CHECK(Difference(WithLive(before, *after), *after).empty() == changes[0].live);
  }
}

TEST_CASE("what only cluster mode has is told too") {
  const std::string set = Json();
  std::string text = set;
  const std::size_t begin = text.find(R"("sentinel": {)");
  const std::size_t end = text.find("},", begin) + 2;
  text.replace(
      begin, end - begin,
      R"("cluster": {"shards": 3, "replicasPerShard": 1, "nodeTimeoutMilliseconds": 2500},)");
  text.replace(text.find(R"("mode": "sentinel")"), 18, R"("mode": "cluster")");
  text.replace(text.find(R"("sentinel": 26379)"), 17, R"("bus": 16379)");
  const auto before = ParseSettings(text);
  REQUIRE(before);
  for (const auto& [part, by, told] :
       {Pair{"2500", "5000", "cluster.nodeTimeoutMilliseconds: 2500 -> 5000"},
        Pair{"16379", "16380", "ports.bus: 16379 -> 16380"},
        Pair{R"("shards": 3)", R"("shards": 4)",
             "members: 3 shards, 1 replicas each -> 4 shards, 1 replicas each"}}) {
    std::string other = text;
    other.replace(other.find(part), std::string(part).size(), by);
    const auto after = ParseSettings(other);
    REQUIRE(after);
    CHECK(Tell(Difference(*before, *after)).starts_with(told));
  }
}

TEST_CASE("each change says when it holds") {
  const Settings before = *ParseSettings(Json());
  const Settings after = *ParseSettings(Json("8379", "9000"));
  Settings both = after;
  both.log_level = "debug";
  CHECK(Tell(Difference(before, both)) ==
        "ports.http: 8379 -> 9000 (from the next start of this container on), log.level: info -> "
        "debug (at once)");
}

}  // namespace
}  // namespace bowline
