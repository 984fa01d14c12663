#include "plan/common/node_loss.h"

#include <catch2/catch_test_macros.hpp>
#include <set>

#include "testing/plan/rules.h"
#include "testing/plan/running_cluster.h"
#include "testing/plan/running_set.h"

namespace bowline {
namespace {

using testing::k00;
using testing::k01;
using testing::k02;
using testing::k10;
using testing::k11;
using testing::k20;
using testing::k21;
using testing::kSentinel0;
using testing::kSentinel1;
using testing::kSentinel2;
using testing::kServer0;
using testing::kServer1;
using testing::kServer2;
using testing::RunningCluster;
using testing::RunningSet;

using Nodes = std::map<MemberName, std::string>;

void Place(Reports& reports, const Nodes& nodes) {
  for (const auto& [member, node] : nodes) reports.at(member).node = node;
}

/// Each primary and each replica on a node of its own choice, none with two primaries.
const Nodes kSpread{{k00, "n1"}, {k01, "n2"}, {k10, "n2"}, {k11, "n3"}, {k20, "n3"}, {k21, "n1"}};

std::string Told(const Layout& layout, const Reports& reports) {
  std::string text;
  for (const NodeRisk& risk : NodeRisks(layout, reports)) {
    text += risk.node + ": " + risk.loss + " / " + risk.remedy + "\n";
  }
  return text;
}

TEST_CASE("a cluster that survives the loss of any node is told nothing of") {
  RunningCluster cluster;
  Place(cluster.reports, kSpread);
  CHECK(Told(cluster.layout, cluster.reports) == "");
}

TEST_CASE("two of three primaries on a node, and who can lead instead") {
  RunningCluster cluster;
  Place(cluster.reports, kSpread);
  cluster.Lead(k01);  // n2 has k01 and k10
  const std::string loss =
      "n2: 2 of 3 primaries (shard-0-1, shard-1-0): no majority would be left to elect / ";
  const std::string nowhere =
      "no replica that is in sync is on a node where a primary more would do no harm: the members "
      "need at least three nodes (spread.nodes)\n";
  CHECK(Told(cluster.layout, cluster.reports) ==
        loss + "bowline failover --shard 0 --to shard-0-0\n");
  // k11 would be on n3, beside k20, which can lead on n1 instead.
  const std::string room = "bowline failover --shard 2 --to shard-2-1\n";
  SECTION("nobody, when no replica that has room is in sync") {
    cluster.Of(k00).engine.info.link_up = cluster.Of(k21).engine.info.link_up = false;
    CHECK(Told(cluster.layout, cluster.reports).contains(loss + nowhere));
  }
  SECTION("not the one whose link is down") {
    cluster.Of(k00).engine.info.link_up = false;
    CHECK_FALSE(Told(cluster.layout, cluster.reports).contains("shard-0-0\n"));
  }
  SECTION("not one that copies, and not one on a node that has a primary") {
    cluster.Of(k00).engine.info.sync_in_progress = true;
    CHECK(Told(cluster.layout, cluster.reports).contains(loss + room));
  }
  SECTION("not one on the same node") {
    Place(cluster.reports, {{k00, "n2"}});
    CHECK(Told(cluster.layout, cluster.reports).contains(loss + room));
  }
  SECTION("not one whose node is not known") {
    Place(cluster.reports, {{k00, ""}});
    CHECK(Told(cluster.layout, cluster.reports).contains(loss + room));
  }
}

TEST_CASE("the emptiest node is preferred") {
  RunningCluster cluster({.shards = 5, .replicas_per_shard = 1});
  Nodes nodes;
  for (const MemberName member : cluster.layout.Members()) {
    nodes[member] = member.ordinal == 0 ? (member.shard < 3 ? "n1" : "n2") : "n3";
  }
  nodes[k01] = "n2";  // one primary more there: three of five
  Place(cluster.reports, nodes);
  CHECK(
      Told(cluster.layout, cluster.reports) ==
      "n1: 3 of 5 primaries (shard-0-0, shard-1-0, shard-2-0): no majority would be left to elect "
      "/ bowline failover --shard 1 --to shard-1-1\n");
}

TEST_CASE("half of an even number of primaries is no majority") {
  RunningCluster cluster({.shards = 4, .replicas_per_shard = 1});
  Nodes nodes;
  for (const MemberName member : cluster.layout.Members()) {
    nodes[member] = std::format("n{}", member.ordinal == 0 ? member.shard / 2 : 2);
  }
  Place(cluster.reports, nodes);
  const std::string told = Told(cluster.layout, cluster.reports);
  CHECK(told.contains("n0: 2 of 4 primaries (shard-0-0, shard-1-0)"));
  CHECK(told.contains("n1: 2 of 4 primaries (shard-2-0, shard-3-0)"));
}

TEST_CASE("a primary that is away makes the next loss decisive") {
  RunningCluster cluster({.shards = 3, .replicas_per_shard = 2});
  Place(cluster.reports, kSpread);
  Place(cluster.reports, {{k02, "n3"}});
  cluster.Silence(k10);
  const std::string told = Told(cluster.layout, cluster.reports);
  CHECK(told.contains("n1: 1 of 3 primaries (shard-0-0)"));
  CHECK(told.contains("n3: 1 of 3 primaries (shard-2-0)"));
  cluster.Silence(k20);  // no majority now: it cannot be lost any more
  CHECK_FALSE(Told(cluster.layout, cluster.reports).contains("primaries"));
}

TEST_CASE("the last copy of a shard") {
  RunningCluster cluster;
  Place(cluster.reports, kSpread);
  SECTION("both copies on one node") {
    Place(cluster.reports, {{k01, "n1"}});
    CHECK(Told(cluster.layout, cluster.reports) ==
          "n1: the last copy of shard 0 (shard-0-0, shard-0-1) / delete the pod of shard-0-1 while "
          "another node has room for it; spread.nodes=required keeps them apart\n");
  }
  SECTION("the replica is away") {
    cluster.Silence(k01);
    CHECK(Told(cluster.layout, cluster.reports) ==
          "n1: the last copy of shard 0 (shard-0-0) / bring back shard-0-1: `bowline status` says "
          "what is wrong\n");
  }
  SECTION("the replica is not in sync") {
    cluster.Of(k01).engine.info.link_up = false;
    CHECK(Told(cluster.layout, cluster.reports).contains("the last copy of shard 0 (shard-0-0)"));
  }
  SECTION("nobody of the shard is left: nothing to lose any more") {
    cluster.Silence(k00).Silence(k01);
    CHECK_FALSE(Told(cluster.layout, cluster.reports).contains("copy"));
  }
  SECTION("a node that is not known is not the same node") {
    Place(cluster.reports, {{k00, ""}, {k01, ""}});
    CHECK_FALSE(Told(cluster.layout, cluster.reports).contains("copy"));
  }
}

TEST_CASE("a shard that is declared without replicas has one copy by declaration") {
  RunningCluster cluster({.shards = 3, .replicas_per_shard = 0});
  Place(cluster.reports, {{k00, "n1"}, {k10, "n2"}, {k20, "n3"}});
  CHECK(Told(cluster.layout, cluster.reports) == "");
}

TEST_CASE("all on one node are told of once") {
  RunningCluster cluster;
  for (auto& [member, report] : cluster.reports) report.node = "only";
  CHECK(Told(cluster.layout, cluster.reports) ==
        "only: all members / run them on at least three nodes (spread.nodes)\n");
  RunningSet set;
  for (auto& [member, report] : set.reports) report.node = "only";
  CHECK(Told(set.layout, set.reports).starts_with("only: all members"));
  for (auto& [member, report] : set.reports) report.node.clear();
  CHECK(Told(set.layout, set.reports) == "");
}

TEST_CASE("servers and sentinels") {
  RunningSet set;
  const Nodes spread{{kServer0, "n1"},   {kServer1, "n2"},   {kServer2, "n3"},
                     {kSentinel0, "n1"}, {kSentinel1, "n2"}, {kSentinel2, "n3"}};
  Place(set.reports, spread);
  CHECK(Told(set.layout, set.reports) == "");
  SECTION("two sentinels on a node") {
    Place(set.reports, {{kSentinel1, "n1"}});
    CHECK(Told(set.layout, set.reports) ==
          "n1: 2 of 3 sentinels (sentinel-0, sentinel-1): no majority would be left to elect / "
          "delete the pod of sentinel-1 while another node has room for it; spread.nodes=required "
          "keeps them apart\n");
  }
  SECTION("a sentinel is away") {
    set.Silence(kSentinel2);
    const std::string told = Told(set.layout, set.reports);
    CHECK(
        told.contains("n1: 1 of 3 sentinels (sentinel-0): no majority would be left to elect / "
                      "bring back the sentinels that do not answer"));
    CHECK(told.contains("n2: 1 of 3 sentinels (sentinel-1)"));
  }
  SECTION("one that does not answer counts as away") {
    set.ViewOf(kSentinel2).answers = false;
    CHECK(Told(set.layout, set.reports).contains("1 of 3 sentinels"));
  }
  SECTION("the servers' last copy") {
    set.Silence(kServer1).InfoOf(kServer2).link_up = false;
    CHECK(Told(set.layout, set.reports) ==
          "n1: the last copy of the data (server-0) / bring back server-1, server-2: `bowline "
          "status` says what is wrong\n");
  }
  SECTION("one sentinel, or two, are a majority only together") {
    RunningSet small(Layout::Sentinel(2, 1));
    Place(small.reports, {{kServer0, "n1"}, {kServer1, "n2"}, {kSentinel0, "n1"}});
    CHECK(Told(small.layout, small.reports) == "");
  }
}

TEST_CASE("where nobody has room at once, another primary makes room first") {
  RunningCluster cluster;
  const std::map<MemberName, std::string> nodes{{k00, "n2"},          {k01, "n1"},
                                                {testing::k20, "n2"}, {testing::k21, "n1"},
                                                {testing::k10, "n1"}, {testing::k11, "n3"}};
  for (const auto& [member, node] : nodes) cluster.Of(member).node = node;
  const auto remedies = [&] {
    std::vector<std::string> all;
    for (const NodeRisk& risk : NodeRisks(cluster.layout, cluster.reports)) {
      all.push_back(risk.node + ": " + risk.remedy);
    }
    return all;
  };
  CHECK(remedies() == std::vector<std::string>{"n2: bowline failover --shard 1 --to shard-1-1"});
  cluster.Lead(testing::k11);
  CHECK(remedies() == std::vector<std::string>{"n2: bowline failover --shard 0 --to shard-0-1"});
  cluster.Lead(k01);
  CHECK(remedies().empty());
}

TEST_CASE("a risk as a person reads it") {
  CHECK(NodeRisk{.node = "n1", .loss = "x", .remedy = "y"}.ToString() ==
        "the loss of node n1 would take x. Remedy: y");
}

TEST_CASE("the lowest member that runs is the one that tells") {
  RunningCluster cluster;
  const auto lower = [&](MemberName self) {
    return RulesOf(cluster.layout)
        .LowerMemberRuns(cluster.layout, testing::TestIdentity(), self, cluster.Of(self).engine);
  };
  CHECK_FALSE(lower(k00));
  CHECK(lower(k01));
  CHECK(lower(k21));
  CHECK(LowerMemberRuns(k01, cluster.reports));
  CHECK_FALSE(LowerMemberRuns(k00, cluster.reports));
  SECTION("one that has failed does not tell") {
    for (const bool surely : {true, false}) {
      NodesConf view = cluster.conf;
      NodeLine& line = *view.Find(testing::IdOf(k00));
      (surely ? line.fail : line.maybe_fail) = true;
      cluster.Of(k01).engine.view = testing::ViewOf(view, k01);
      CHECK_FALSE(lower(k01));
    }
  }
  SECTION("nor one that is not connected, or not listed") {
    NodesConf view = cluster.conf;
    view.Find(testing::IdOf(k00))->connected = false;
    cluster.Of(k01).engine.view = testing::ViewOf(view, k01);
    CHECK_FALSE(lower(k01));
    std::erase_if(view.lines, [](const NodeLine& l) { return l.id == testing::IdOf(k00); });
    cluster.Of(k01).engine.view = testing::ViewOf(view, k01);
    CHECK_FALSE(lower(k01));
  }
  SECTION("nor one that only starts") {
    cluster.Guard(k00, VolumeKind::kData);
    CHECK_FALSE(LowerMemberRuns(k01, cluster.reports));
  }
  SECTION("a sentinel tells nothing") {
    RunningSet set;
    set.Silence(kServer0);
    CHECK_FALSE(LowerMemberRuns(kServer1, set.reports));
    CHECK(LowerMemberRuns(kServer2, set.reports));
  }
}

TEST_CASE("an Event is worth what two looks have seen, once an hour, and its end") {
  using Time = NodeRiskNews::Time;
  NodeRiskNews news;
  const std::vector<NodeRisk> risk{{.node = "n1", .loss = "x", .remedy = "y"}};
  const std::vector<NodeRisk> other{{.node = "n2", .loss = "x", .remedy = "y"}};
  CHECK_FALSE(news.Look(Time(0), {}));
  CHECK_FALSE(news.Look(Time(1), {}));  // nothing was told, so nothing has ended
  CHECK_FALSE(news.Look(Time(2), risk));
  CHECK_FALSE(news.Look(Time(3), {}));  // a passing one
  CHECK_FALSE(news.Look(Time(4), risk));
  CHECK(news.Look(Time(5), risk) ==
        NodeRiskNews::News{.risk = true, .text = risk.front().ToString()});
  CHECK_FALSE(news.Look(Time(6), risk));
  CHECK_FALSE(news.Look(Time(3'600'004), risk));
  CHECK(news.Look(Time(3'600'005), risk));
  CHECK_FALSE(news.Look(Time(3'600'006), other));
  CHECK(news.Look(Time(3'600'007), other)->text == other.front().ToString());
  CHECK_FALSE(news.Look(Time(3'600'008), {}));
  CHECK(news.Look(Time(3'600'009), {})->risk == false);
  CHECK_FALSE(news.Look(Time(3'600'010), {}));
  CHECK_FALSE(news.Look(Time(3'600'011), risk));
  news.Forget();
  CHECK_FALSE(news.Look(Time(3'600'012), risk));
  CHECK(news.Look(Time(3'600'013), risk));
}

}  // namespace
}  // namespace bowline
