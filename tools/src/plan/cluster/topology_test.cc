#include "plan/common/topology.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "base/json.h"
#include "testing/plan/cluster_rules.h"
#include "testing/plan/running_cluster.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::IdOf;
using testing::k00;
using testing::k01;
using testing::k10;
using testing::k11;
using testing::k20;
using testing::RunningCluster;
using testing::TestIdentity;

Topology Look(const RunningCluster& cluster) {
  Identity names = TestIdentity();
  names.installation.clear();
  return Describe(cluster.layout, names, testing::Addresses(cluster.layout), cluster.reports);
}

/// All problems in one text; "" when healthy.
std::string Problems(const Topology& topology) {
  std::string text;
  for (const std::string& problem : topology.problems) text += problem + "\n";
  return text;
}

const TopologyRow& RowOf(const Topology& topology, MemberName member) {
  for (const TopologyRow& row : topology.rows) {
    if (row.member == member) return row;
  }
  FAIL("no row");
  return topology.rows.front();
}

TEST_CASE("a healthy cluster has no problems, whoever leads") {
  RunningCluster cluster;
  cluster.Lead(k11);
  cluster.Of(k01).engine.info.offset = 990;
  const Topology topology = Look(cluster);
  CHECK(Problems(topology) == "");
  CHECK(topology.installation == TestIdentity().installation);
  REQUIRE(topology.rows.size() == 6);
  const TopologyRow& primary = RowOf(topology, k11);
  CHECK(primary.role == "primary");
  CHECK(primary.slots == "5461-10921");
  CHECK(primary.lag == -1);
  CHECK(primary.address == "10.96.0.4");
  CHECK(primary.node == "node-1");
  CHECK(primary.state == "ok");
  const TopologyRow& replica = RowOf(topology, k01);
  CHECK(replica.role == "replica");
  CHECK(replica.slots == "-");
  CHECK(replica.lag == 10);
  CHECK(replica.follows == k00);
  CHECK_FALSE(primary.follows);
}

TEST_CASE("what is wrong with one member is told once, with its reason") {
  RunningCluster cluster;
  Report& report = cluster.Of(k01);
  std::string expected;
  SECTION("silent") {
    cluster.Silence(k01);
    expected = "shard-0-1: silent\n";
  }
  SECTION("waiting") {
    cluster.Guard(k01, VolumeKind::kFresh);
    report.reason = "waiting to hear from: shard-0-0";
    expected = "shard-0-1: guard (waiting to hear from: shard-0-0)\n";
  }
  SECTION("stopping") {
    report.phase = Phase::kStopping;
    report.engine.answers = false;
    expected = "shard-0-1: stopping\n";
  }
  SECTION("no answer") {
    report.engine.answers = false;
    expected = "shard-0-1: no answer\n";
  }
  SECTION("loading") {
    report.engine.info.loading = true;
    expected = "shard-0-1: loading\n";
  }
  SECTION("syncing") {
    report.engine.info.link_up = false;
    report.engine.info.sync_in_progress = true;
    expected = "shard-0-1: syncing\n";
  }
  SECTION("link down") {
    report.engine.info.link_up = false;
    expected = "shard-0-1: link down\n";
  }
  SECTION("cluster not ok") {
    report.engine.cluster.state_ok = false;
    expected = "shard-0-1: cluster not ok\n";
  }
  CHECK(Problems(Look(cluster)) == expected);
}

TEST_CASE("views that are not as declared") {
  RunningCluster cluster;
  std::string expected;
  NodesConf view = cluster.conf;
  NodeLine& line = *view.Find(IdOf(k10));
  SECTION("a failed node") {
    line.fail = true;
    expected = "shard-0-1 sees shard-1-0 as failed";
  }
  SECTION("a node that may have failed") {
    line.maybe_fail = true;
    expected = "shard-0-1 sees shard-1-0 as failed";
  }
  SECTION("no address") {
    line.noaddr = true;
    expected = "shard-0-1 has no address of shard-1-0";
  }
  SECTION("another address") {
    line.endpoint.ip = "10.1.1.1";
    expected = "shard-0-1 has shard-1-0 at 10.1.1.1, its Service is 10.96.0.3";
  }
  SECTION("an unknown node") {
    view.lines.push_back(line);
    view.lines.back().id = *NodeId::Parse(std::string(40, 'a'));
    view.lines.back().slots.clear();
    expected = "shard-0-1 knows an unknown node " + std::string(40, 'a');
  }
  SECTION("a missing node") {
    std::erase_if(view.lines, [](const NodeLine& l) { return l.id == IdOf(k11); });
    expected = "shard-0-1 does not know shard-1-1";
  }
  SECTION("slots that nobody owns") {
    line.slots = {{5461, 10000}};
    expected = "shard-0-1 sees 15463 of 16384 slots owned";
  }
  SECTION("another primary") {
    testing::Promote(view, cluster.layout, k11);
    expected = "shard-0-1 does not see shard-1-0 as primary of shard 1";
  }
  cluster.Of(k01).engine.view = testing::ViewOf(view, k01);
  CHECK_THAT(Problems(Look(cluster)), ContainsSubstring(expected + "\n"));
}

TEST_CASE("a view that cannot be read is a problem, not a crash") {
  RunningCluster cluster;
  cluster.Of(k01).engine.view = NodesView("garbage\n");
  CHECK_THAT(Problems(Look(cluster)),
             ContainsSubstring("shard-0-1: its CLUSTER NODES cannot be read"));
}

TEST_CASE("a shard with two primaries or none") {
  RunningCluster cluster;
  cluster.Of(k01).engine.info.primary = true;
  CHECK_THAT(Problems(Look(cluster)),
             ContainsSubstring("shard 0 has 2 primaries: shard-0-0 shard-0-1"));
  RunningCluster headless;
  headless.Silence(k20);
  CHECK_THAT(Problems(Look(headless)), ContainsSubstring("shard 2 has 0 primaries:"));
}

TEST_CASE("a shard without slots is not healthy") {
  RunningCluster cluster;
  cluster.conf.Find(IdOf(k00))->slots.clear();
  cluster.Refresh();
  CHECK_THAT(Problems(Look(cluster)), ContainsSubstring("slots owned"));
}

TEST_CASE("two installations in one cluster are a problem") {
  RunningCluster cluster;
  cluster.Guard(k11, VolumeKind::kData).Of(k11).installation = std::string(32, 'f');
  CHECK_THAT(Problems(Look(cluster)), ContainsSubstring("installation"));
}

TEST_CASE("nobody answers: everything is a problem and nothing crashes") {
  RunningCluster cluster;
  const Topology topology = Look(cluster.SilenceAll());
  CHECK(topology.rows.size() == 6);
  CHECK(topology.problems.size() >= 6);
  CHECK(topology.installation.empty());
  const Topology blind = Describe(cluster.layout, TestIdentity(), {}, {});
  CHECK(blind.rows.front().address == "-");
}

TEST_CASE("the topology as JSON") {
  RunningCluster cluster;
  for (const bool healthy : {true, false}) {
    if (!healthy) cluster.Silence(k01);
    const auto document = JsonDocument::Parse(PrintJson(Look(cluster)));
    REQUIRE(document);
    const JsonView root = document->root();
    CHECK(root.GetBool("healthy") == healthy);
    CHECK(root.GetString("installation") == TestIdentity().installation);
    const auto members = root.Get("members")->AsArray();
    REQUIRE(members);
    REQUIRE(members->size() == 6);
    CHECK(members->at(1).GetString("member") == "shard-0-1");
    CHECK(members->at(1).GetString("role") == (healthy ? "replica" : "-"));
    CHECK(members->at(1).GetInt("lagBytes") == (healthy ? 0 : -1));
    CHECK(root.Get("problems")->AsArray()->empty() == healthy);
    CHECK(root.Get("warnings")->AsArray()->size() == (healthy ? 1 : 2));
  }
}

}  // namespace
}  // namespace bowline
