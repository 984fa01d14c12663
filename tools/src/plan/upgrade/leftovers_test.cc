#include "plan/upgrade/leftovers.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/plan/upgrade.h"

namespace bowline {
namespace {

using testing::Claim;
using testing::kClusterJson;
using testing::kSentinelJson;
using testing::kStandaloneJson;
using testing::ValuesOf;

/// Nothing runs; these volumes are there.
struct Reinstall {
  Reinstall(const char* json, const std::vector<std::string>& claims) {
    asked.shape = *ReadShape(json);
    asked.claims = {{"server", Claim()}, {"sentinel", Claim()}};
    installed.version = "u1;u2;";
    for (const std::string& name : claims) installed.claims.push_back({.name = name});
  }
  [[nodiscard]] std::vector<std::string> Values() const {
    return ValuesOf(CheckUpgrade(installed, asked));
  }

  InstalledState installed;
  AskedState asked;
};

using Names = std::vector<std::string>;

TEST_CASE("an install over the volumes of the same members is not refused") {
  CHECK(Reinstall(kSentinelJson, {"data-demo-server-0", "data-demo-server-2",
                                  "data-demo-sentinel-0", "data-demo-sentinel-4"})
            .Values()
            .empty());
  CHECK(Reinstall(kClusterJson, {"data-demo-shard-0-0", "data-demo-shard-2-1"}).Values().empty());
  CHECK(Reinstall(kStandaloneJson, {"data-demo-server-0"}).Values().empty());
  CHECK(Reinstall(kSentinelJson, {"data-demo-server-0"}).Values().empty());  // was standalone
  CHECK(Reinstall(kSentinelJson, {"own-claim"}).Values().empty());
  CHECK(Reinstall(kSentinelJson, {}).Values().empty());
}

TEST_CASE("an install over the volumes of members that are not declared any more is refused") {
  CHECK(Reinstall(kSentinelJson, {"data-demo-shard-0-0", "data-demo-shard-0-1"}).Values() ==
        Names{"mode"});
  CHECK(Reinstall(kClusterJson, {"data-demo-server-0", "data-demo-sentinel-0"}).Values() ==
        Names{"mode"});
  CHECK(Reinstall(kStandaloneJson, {"data-demo-server-0", "data-demo-server-1"}).Values() ==
        Names{"mode"});
  CHECK(Reinstall(kStandaloneJson, {"data-demo-sentinel-0"}).Values() == Names{"mode"});
  CHECK(Reinstall(kClusterJson, {"data-demo-shard-3-0", "data-demo-shard-0-2"}).Values() ==
        Names{"cluster.replicasPerShard", "cluster.shards"});
  CHECK(Reinstall(kSentinelJson, {"data-demo-server-3"}).Values() == Names{"replicas"});
  CHECK(Reinstall(kSentinelJson, {"data-other-server-0"}).Values() == Names{"fullnameOverride"});
  Reinstall without(kSentinelJson, {"data-demo-server-0"});
  without.asked.claims.clear();
  CHECK(without.Values() == Names{"persistence.enabled"});
}

TEST_CASE("the refusal names the volumes, and its token allows it while they are the same") {
  Names names;
  for (int i = 0; i < 6; ++i) names.push_back("data-demo-shard-" + std::to_string(i) + "-0");
  Reinstall reinstall(kSentinelJson, names);
  auto refusals = CheckUpgrade(reinstall.installed, reinstall.asked);
  REQUIRE(refusals.size() == 1);
  CHECK(refusals[0].what.contains("data-demo-shard-3-0 and 2 more"));
  reinstall.asked.confirm = {refusals[0].token};
  CHECK(CheckUpgrade(reinstall.installed, reinstall.asked)[0].confirmed);
  reinstall.installed.version += "u3;";
  CHECK_FALSE(CheckUpgrade(reinstall.installed, reinstall.asked)[0].confirmed);
}

TEST_CASE("the record tells which engine has written the volumes") {
  Reinstall reinstall(kSentinelJson, {"data-demo-server-0"});
  reinstall.installed.recorded = ParseEngineLabel("redis-8.0.2");
  CHECK(reinstall.Values().empty());
  reinstall.asked.shape.engine = "valkey";
  CHECK(reinstall.Values() == Names{"engine"});
  reinstall.installed.claims.clear();
  CHECK(reinstall.Values().empty());
}

}  // namespace
}  // namespace bowline
