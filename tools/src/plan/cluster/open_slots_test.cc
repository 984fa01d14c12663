#include "plan/cluster/open_slots.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/plan/running_cluster.h"
#include "testing/plan/running_set.h"

namespace bowline {
namespace {

using testing::IdOf;
using testing::k00;
using testing::k01;
using testing::k10;
using testing::RunningCluster;
using testing::TestIdentity;

Settings Declared(const RunningCluster& cluster) {
  Settings settings;
  settings.release = settings.fullname = "demo";
  settings.name_space = "apps";
  settings.layout = cluster.layout;
  return settings;
}

void Open(RunningCluster& cluster, MemberName member, const std::vector<std::string>& marks) {
  NodesConf view = cluster.conf;
  view.Find(IdOf(member))->migrations = marks;
  cluster.Of(member).engine.view = testing::ViewOf(view, member);
}

std::vector<std::string> Told(const RunningCluster& cluster, const Settings& settings) {
  return OpenSlots(settings, TestIdentity(), cluster.reports);
}

std::string Leaving(int slot, const std::string& to) { return std::format("[{}->-{}]", slot, to); }
std::string Arriving(int slot, const std::string& from) {
  return std::format("[{}-<-{}]", slot, from);
}

TEST_CASE("a cluster without open slots") {
  const RunningCluster cluster;
  CHECK(Told(cluster, Declared(cluster)).empty());
}

TEST_CASE("a slot that is open at both ends: the keys are brought together") {
  RunningCluster cluster;
  Open(cluster, k00, {Leaving(5, IdOf(k10).str())});
  Open(cluster, k10, {Arriving(5, IdOf(k00).str())});
  Settings settings = Declared(cluster);
  const auto told = Told(cluster, settings);
  REQUIRE(told.size() == 2);
  CHECK(told[0] ==
        "shard-0-0 has slot 5 open, leaving for shard-1-0. Unless somebody moves it right now: "
        "kubectl -n apps exec demo-shard-0-0 -c server -- sh -c 'REDISCLI_AUTH=\"$(cat "
        "/etc/bowline-secret/password)\" redis-cli -p 6379 --cluster fix 127.0.0.1:6379'");
  CHECK(told[1].starts_with("shard-1-0 has slot 5 open, arriving from shard-0-0. "));
  settings.engine = EngineKind::kValkey;
  settings.auth = false;
  settings.ports.client = 7000;
  CHECK(Told(cluster, settings)[0].ends_with(
      "sh -c 'valkey-cli -p 7000 --cluster fix 127.0.0.1:7000'"));
}

TEST_CASE("a slot that nobody imports is closed where it is owned") {
  RunningCluster cluster;
  Open(cluster, k00, {Leaving(5, IdOf(k10).str())});
  const auto told = Told(cluster, Declared(cluster));
  REQUIRE(told.size() == 1);
  CHECK(told[0].ends_with("redis-cli -p 6379 CLUSTER SETSLOT 5 STABLE'"));
}

TEST_CASE("a slot that is only being imported may have keys at both ends") {
  RunningCluster cluster;
  Open(cluster, k10, {Arriving(5, std::string(40, 'a'))});
  const auto told = Told(cluster, Declared(cluster));
  REQUIRE(told.size() == 1);
  CHECK(told[0].contains("arriving from " + std::string(40, 'a') + "."));
  CHECK(told[0].contains("--cluster fix"));
}

TEST_CASE("a replica that lists its primary's open slots tells nothing new") {
  RunningCluster cluster;
  Open(cluster, k00, {Leaving(5, IdOf(k10).str())});
  Open(cluster, k01, {Leaving(5, IdOf(k10).str())});
  REQUIRE_FALSE(cluster.Of(k01).engine.info.primary);
  const auto told = Told(cluster, Declared(cluster));
  REQUIRE(told.size() == 1);
  CHECK(told[0].starts_with("shard-0-0 "));
}

TEST_CASE("many open slots are counted") {
  RunningCluster cluster;
  std::vector<std::string> marks;
  for (int slot = 0; slot < 100; ++slot) marks.push_back(Leaving(slot, IdOf(k10).str()));
  Open(cluster, k00, marks);
  const auto told = Told(cluster, Declared(cluster));
  REQUIRE(told.size() == 9);
  CHECK(told[8] == "92 more open slots");
}

TEST_CASE("marks that cannot be read, members that do not answer, and the other mode") {
  RunningCluster cluster;
  Open(cluster, k00, {"[x->-" + IdOf(k10).str() + "]", "[5]", "[99999->-x]"});
  CHECK(Told(cluster, Declared(cluster)).empty());
  Open(cluster, k00, {Leaving(5, IdOf(k10).str())});
  cluster.Of(k00).engine.answers = false;
  CHECK(Told(cluster, Declared(cluster)).empty());
  const testing::RunningSet set;
  Settings settings;
  settings.layout = set.layout;
  CHECK(OpenSlots(settings, TestIdentity(), set.reports).empty());
}

}  // namespace
}  // namespace bowline
