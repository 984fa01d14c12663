// The next step of a planned handover, by the members' reports alone.

#include "plan/common/handover_step.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "plan/rules.h"
#include "testing/plan/running_cluster.h"

namespace bowline {
namespace {

using std::chrono::milliseconds;
using testing::k00;
using testing::k01;
using testing::k02;
using testing::k10;
using testing::k20;
using testing::RunningCluster;
using testing::TestIdentity;

constexpr milliseconds kNodeTimeout{5000};

HandoverStep Plan(const RunningCluster& cluster, std::optional<MemberName> to = std::nullopt) {
  return PlanHandoverStep({.layout = cluster.layout,
                           .identity = TestIdentity(),
                           .self = k00,
                           .reports = cluster.reports,
                           .node_timeout = kNodeTimeout,
                           .to = to},
                          RulesOf(cluster.layout));
}

/// `by` sees the cluster as it is, but for what `change` does to its line of `member`.
template <typename Change>
void SeenBy(RunningCluster& cluster, MemberName by, MemberName member, const Change& change) {
  NodesConf view = cluster.conf;
  change(*view.Find(testing::IdOf(member)));
  cluster.Of(by).engine.view = testing::ViewOf(view, by);
}

TEST_CASE("a replica that all hear takes over, without votes for a bounded time") {
  const HandoverStep step = Plan(RunningCluster());
  CHECK_FALSE(step.end);
  CHECK(step.obstacle == Obstacle::kNone);
  CHECK(step.target == k01);
  CHECK_FALSE(step.reason.empty());
  REQUIRE(step.secure);
  CHECK(*step.secure > milliseconds(0));
  CHECK(*step.secure < kNodeTimeout);
}

TEST_CASE("nobody leads here: there is nothing to hand over") {
  RunningCluster cluster;
  SECTION("a replica") { cluster.Lead(k01); }
  SECTION("a primary without slots") {
    SeenBy(cluster, k00, k00, [](NodeLine& line) { line.slots.clear(); });
  }
  const HandoverStep step = Plan(cluster);
  REQUIRE(step.end);
  CHECK(step.end->result == HandoverResult::kNothingToDo);
  CHECK(step.end->why == "shard-0-0 is no primary with data to hand over");
}

TEST_CASE("the primary itself does not answer") {
  RunningCluster cluster;
  SECTION("no report") { cluster.reports.erase(k00); }
  SECTION("no answer of its engine") { cluster.Of(k00).engine.answers = false; }
  const HandoverStep step = Plan(cluster);
  CHECK_FALSE(step.end);
  CHECK(step.obstacle == Obstacle::kNoAnswer);
}

TEST_CASE("no replica can take over: known at once, or waited for") {
  RunningCluster cluster;
  SECTION("silent") {
    cluster.Silence(k01);
    const HandoverStep step = Plan(cluster);
    CHECK(step.obstacle == Obstacle::kNoCandidate);
    CHECK(step.why == "no replica that could take over runs");
  }
  SECTION("it runs, and is being copied to") {
    cluster.Of(k01).engine.info.sync_in_progress = true;
    cluster.Of(k01).engine.info.link_up = false;
    const HandoverStep step = Plan(cluster);
    CHECK(step.obstacle == Obstacle::kSyncing);
    CHECK(step.why == "no replica that could take over is in sync");
  }
  SECTION("only the one that is asked for counts") {
    const HandoverStep step = Plan(cluster, k02);
    CHECK(step.obstacle == Obstacle::kNoCandidate);
    CHECK(step.why == "no shard-0-2 that could take over runs");
  }
}

TEST_CASE("the primary does not list the replica yet: it would drop the request") {
  RunningCluster cluster;
  SeenBy(cluster, k00, k01, [](NodeLine& line) { line.role = NodeRole::kPrimary; });
  const HandoverStep step = Plan(cluster);
  CHECK(step.obstacle == Obstacle::kSyncing);
  CHECK(step.why == "the primary does not list shard-0-1 as its replica");
}

/// From now on the other shards' primaries take these members, and no others, for failed.
void TakeForFailed(RunningCluster& cluster, const std::vector<MemberName>& members) {
  for (const MemberName by : {k10, k20}) {
    NodesConf view = cluster.conf;
    for (const MemberName member : members) view.Find(testing::IdOf(member))->fail = true;
    cluster.Of(by).engine.view = testing::ViewOf(view, by);
  }
}

TEST_CASE("a replica that a majority of the primaries takes for failed is waited for") {
  RunningCluster cluster;
  TakeForFailed(cluster, {k01});
  const HandoverStep step = Plan(cluster);
  CHECK(step.obstacle == Obstacle::kTakenForFailed);
  CHECK(step.why ==
        "other primaries (2 heard, shard-1-0 among them) still take shard-0-1 for failed, so that "
        "another one would be elected");
  CHECK_FALSE(step.secure);
  CHECK_FALSE(GivesUp(step.obstacle, milliseconds(14'999)));
  CHECK(GivesUp(step.obstacle, milliseconds(15'000)));
}

TEST_CASE("a replica that nobody takes for failed goes first, unless one is asked for") {
  RunningCluster cluster(Layout{.shards = 3, .replicas_per_shard = 2});
  cluster.Of(k01).engine.info.offset += 10;
  CHECK(Plan(cluster).target == k01);
  TakeForFailed(cluster, {k01});
  CHECK(Plan(cluster).target == k02);
  CHECK(Plan(cluster).obstacle == Obstacle::kNone);
  CHECK(Plan(cluster, k01).obstacle == Obstacle::kTakenForFailed);
  TakeForFailed(cluster, {k01, k02});
  CHECK(Plan(cluster).obstacle == Obstacle::kTakenForFailed);
}

TEST_CASE("without a majority behind the primary the target needs votes") {
  RunningCluster cluster;
  for (const MemberName member : cluster.layout.Members()) {
    if (member.shard != 0) cluster.Silence(member);
  }
  const HandoverStep step = Plan(cluster);
  CHECK(step.obstacle == Obstacle::kNone);
  CHECK(step.target == k01);
  CHECK_FALSE(step.secure);
}

TEST_CASE("the names of results are read as they are written, and no other") {
  const HandoverResult result =
      GENERATE(HandoverResult::kDone, HandoverResult::kNothingToDo, HandoverResult::kNoCandidate,
               HandoverResult::kNoMajority, HandoverResult::kFailed);
  CHECK(ParseHandoverResult(HandoverResultName(result)) == result);
  CHECK_FALSE(ParseHandoverResult("won"));
}

}  // namespace
}  // namespace bowline
