#include "plan/cluster/cluster_view.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "testing/plan/running_cluster.h"

namespace bowline {
namespace {

using testing::k00;
using testing::k01;
using testing::k10;
using testing::k11;
using testing::k20;
using testing::k21;
using testing::RunningCluster;
using testing::TestIdentity;

ShardView View(const RunningCluster& cluster, int shard = 0) {
  return ViewOfShard(cluster.layout, TestIdentity(), cluster.reports, shard);
}

TEST_CASE("a running cluster: a majority, and each shard's primary") {
  RunningCluster cluster;
  cluster.Lead(k11);
  for (int shard = 0; shard < 3; ++shard) {
    const ShardView view = View(cluster, shard);
    CHECK(view.quorum);
    CHECK(view.primary == MemberName{.shard = shard, .ordinal = shard == 1 ? 1 : 0});
    REQUIRE(view.source);
    const NodesView& source = cluster.Of(*view.source).engine.view;
    CHECK(source.Find(testing::IdOf(*view.primary)) != nullptr);
    CHECK(view.current_epoch == 4);
  }
  CHECK(View(cluster, 1).config_epoch == 4);
}

TEST_CASE("names are told once every node has one") {
  RunningCluster cluster;
  NodesConf conf = cluster.conf;
  CHECK_FALSE(AllNamed(NodesView()));
  CHECK_FALSE(AllNamed(testing::ViewOf(conf, k00)));
  for (const MemberName member : cluster.layout.Members()) {
    conf.Find(testing::IdOf(member))->hostname = member.ToString();
  }
  CHECK(AllNamed(testing::ViewOf(conf, k00)));
  conf.Find(testing::IdOf(k21))->hostname.clear();
  CHECK_FALSE(AllNamed(testing::ViewOf(conf, k00)));
}

TEST_CASE("more than half of the primaries must run") {
  RunningCluster cluster;
  cluster.Silence(k00);
  CHECK(View(cluster).quorum);
  cluster.Silence(k10);
  CHECK_FALSE(View(cluster).quorum);
  // What was known before is still known.
  CHECK(View(cluster).primary == k00);
  CHECK(View(cluster).source == k01);
}

/// What `by` sees: the cluster as it is, but for the flags of `member`.
void Flag(RunningCluster& cluster, MemberName by, MemberName member, bool fail, bool maybe_fail) {
  NodesConf view = cluster.conf;
  NodeLine& line = *view.Find(testing::IdOf(member));
  line.fail = fail;
  line.maybe_fail = maybe_fail;
  cluster.Of(by).engine.view = testing::ViewOf(view, by);
}

TEST_CASE("a majority of the primaries that takes a member for failed is told as long as it does") {
  const bool fail = GENERATE(true, false);  // suspicions of a majority become an agreement
  RunningCluster cluster;
  const auto of = [&](MemberName member) {
    return TakenForFailedBy(cluster.layout, TestIdentity(), cluster.reports, member);
  };
  const auto by = [&] { return of(k01); };
  CHECK(by().empty());
  Flag(cluster, k10, k01, fail, !fail);
  CHECK(by().empty());  // one of three primaries elects nobody
  Flag(cluster, k20, k01, fail, !fail);
  CHECK(by() == std::vector{k10, k20});
  CHECK(of(k11).empty());
  SECTION("its flag is gone") { Flag(cluster, k20, k01, false, false); }
  SECTION("what it said before its engine ended does not count") {
    cluster.Of(k20).engine.answers = false;
  }
  CHECK(by().empty());
}

TEST_CASE(
    "a primary that was not heard may vote, too: then one that takes a member for failed is "
    "enough") {
  RunningCluster cluster;
  const auto by = [&] {
    return TakenForFailedBy(cluster.layout, TestIdentity(), cluster.reports, k01);
  };
  cluster.Silence(k20);
  CHECK(by().empty());  // silence alone is no suspicion
  Flag(cluster, k10, k01, true, false);
  CHECK(by() == std::vector{k10});
}

TEST_CASE("replicas do not vote: what they take a member for harms nobody") {
  RunningCluster cluster;
  for (const MemberName by : {k00, k11, testing::k21}) Flag(cluster, by, k01, true, false);
  CHECK(TakenForFailedBy(cluster.layout, TestIdentity(), cluster.reports, k01).empty());
}

TEST_CASE("flags are known also of who tells but the digest of its view") {
  RunningCluster cluster({.shards = 3, .replicas_per_shard = 2});
  Flag(cluster, testing::k02, k01, true, false);
  cluster.reports.erase(k00);
  for (auto& [name, report] : cluster.reports) {
    report = *ParseReport(PrintReport(report, ViewForm::kDigest));
    REQUIRE_FALSE(report.engine.view.Readable());
  }
  CHECK(View(cluster).voted_out == std::vector{k01});
  CHECK_FALSE(View(cluster).quorum);
}

TEST_CASE("whoever of the shard is taken for failed by anybody would be voted out") {
  RunningCluster cluster({.shards = 3, .replicas_per_shard = 2});
  CHECK(View(cluster).voted_out.empty());
  NodesConf view = cluster.conf;
  view.Find(testing::IdOf(k01))->fail = true;
  view.Find(testing::IdOf(k11))->fail = true;                 // of another shard
  view.Find(testing::IdOf(testing::k02))->maybe_fail = true;  // not agreed on
  for (const MemberName by : {k10, k00}) cluster.Of(by).engine.view = testing::ViewOf(view, by);
  CHECK(View(cluster).voted_out == std::vector{k01});
}

TEST_CASE("half of an even number is no majority") {
  RunningCluster cluster({.shards = 4, .replicas_per_shard = 0});
  cluster.Silence({3, 0});
  CHECK(View(cluster).quorum);
  cluster.Silence({2, 0});
  CHECK_FALSE(View(cluster).quorum);
}

TEST_CASE("the highest epoch that anybody tells wins") {
  RunningCluster cluster;
  RunningCluster later;
  later.Lead(k01);
  cluster.Of(k21) = later.Of(k21);  // one member has heard of the promotion
  const ShardView view = View(cluster);
  CHECK(view.primary == k01);
  CHECK(view.source == k21);
  CHECK(view.config_epoch == 4);
}

TEST_CASE("nobody, or nobody with a view") {
  RunningCluster cluster;
  SECTION("no reports") { cluster.SilenceAll(); }
  SECTION("everybody decides") { cluster.GuardAll(VolumeKind::kData); }
  SECTION("everybody loads") {
    for (auto& [name, report] : cluster.reports) report.engine.view = {};
  }
  SECTION("views that cannot be read") {
    for (auto& [name, report] : cluster.reports) report.engine.view = NodesView("x\n");
  }
  const ShardView view = View(cluster);
  CHECK_FALSE(view.quorum);
  CHECK_FALSE(view.primary);
  CHECK_FALSE(view.source);
}

TEST_CASE("one view that cannot be read does not matter") {
  RunningCluster cluster;
  cluster.Of(k00).engine.view = NodesView("x\n");
  CHECK(View(cluster).quorum);
  CHECK(View(cluster).primary == k00);
}

TEST_CASE("replicas and primaries without slots are no part of the majority") {
  RunningCluster cluster;
  cluster.Silence(k00).Silence(k10);
  REQUIRE_FALSE(View(cluster).quorum);  // 2-0 and three replicas
  NodesConf view = cluster.conf;
  NodeLine& promoted = *view.Find(testing::IdOf(k11));
  promoted.role = NodeRole::kPrimary;
  promoted.primary = NodeId();
  cluster.Of(k11).engine.view = testing::ViewOf(view, k11);
  CHECK_FALSE(View(cluster).quorum);
}

TEST_CASE("a majority of the running primaries confirms a lead") {
  RunningCluster cluster;
  CHECK(LedByMajority(TestIdentity(), cluster.reports, k00));
  CHECK_FALSE(LedByMajority(TestIdentity(), cluster.reports, k01));
  RunningCluster later;
  later.Lead(k01);
  cluster.Of(k01) = later.Of(k01);  // only the promoted one knows
  CHECK_FALSE(LedByMajority(TestIdentity(), cluster.reports, k01));
  cluster.Of(k10) = later.Of(k10);  // 0-1 and 1-0 of 0-0, 0-1, 1-0 and 2-0
  CHECK_FALSE(LedByMajority(TestIdentity(), cluster.reports, k01));
  cluster.Of(k20) = later.Of(k20);
  CHECK(LedByMajority(TestIdentity(), cluster.reports, k01));
}

TEST_CASE("secure in the lead is who has a majority of all primaries, not of those that answer") {
  RunningCluster cluster;
  CHECK(SecureInLead(cluster.layout, TestIdentity(), cluster.reports, k00));
  CHECK_FALSE(SecureInLead(cluster.layout, TestIdentity(), cluster.reports, k01));
  cluster.Silence(k10).Silence(k20);  // the other side of a network cut
  CHECK(LedByMajority(TestIdentity(), cluster.reports, k00));
  CHECK_FALSE(SecureInLead(cluster.layout, TestIdentity(), cluster.reports, k00));
}

TEST_CASE("a bare majority is heard, and one of it suspects the leader: it is not secure") {
  RunningCluster cluster{{.shards = 5, .replicas_per_shard = 1}};
  cluster.Silence({.shard = 3, .ordinal = 0}).Silence({.shard = 4, .ordinal = 0});
  CHECK(SecureInLead(cluster.layout, TestIdentity(), cluster.reports, k00));
  Flag(cluster, k20, k00, false, true);
  CHECK(LedByMajority(TestIdentity(), cluster.reports, k00));
  CHECK_FALSE(SecureInLead(cluster.layout, TestIdentity(), cluster.reports, k00));
}

TEST_CASE("a shard that two members claim for a moment counts once, and both must agree") {
  RunningCluster later;
  later.Lead(k11);
  RunningCluster cluster;
  cluster.Of(k11) = later.Of(k11);  // 1-0 has not heard of it
  cluster.Silence(k20);
  const std::uint64_t epoch = cluster.conf.current_epoch;
  CHECK(KnownToMajority(cluster.reports, epoch));  // 0 and 1 of 3
  cluster.Of(k11).engine.cluster.current_epoch = epoch - 1;
  CHECK_FALSE(KnownToMajority(cluster.reports, epoch));
  cluster.Of(k11).engine.cluster.current_epoch = epoch;
  cluster.Silence(k00);
  CHECK_FALSE(KnownToMajority(cluster.reports, epoch));  // 1 of 3, told twice
}

TEST_CASE("who is suspected or failed for a majority is not secure in the lead") {
  for (const bool failed : {false, true}) {
    RunningCluster cluster;
    for (const MemberName voter : {k10, k20}) {
      NodesConf view = cluster.conf;
      NodeLine& line = *view.Find(testing::IdOf(k00));
      (failed ? line.fail : line.maybe_fail) = true;
      cluster.Of(voter).engine.view = testing::ViewOf(view, voter);
    }
    CHECK_FALSE(LedByMajority(TestIdentity(), cluster.reports, k00));
    CHECK_FALSE(SecureInLead(cluster.layout, TestIdentity(), cluster.reports, k00));
  }
}

TEST_CASE("nobody confirms when nobody runs") {
  RunningCluster cluster;
  CHECK_FALSE(LedByMajority(TestIdentity(), cluster.GuardAll(VolumeKind::kData).reports, k00));
  CHECK_FALSE(LedByMajority(TestIdentity(), cluster.SilenceAll().reports, k00));
}

}  // namespace
}  // namespace bowline
