// The start guard of a member that leads its shard and whose dataset is gone.

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "plan/common/start.h"
#include "testing/plan/cluster_rules.h"
#include "testing/plan/running_cluster.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::k00;
using testing::k01;
using testing::RunningCluster;

TEST_CASE("a primary whose dataset is gone never resumes while its shard may hold it (R3)") {
  RunningCluster cluster;
  cluster.GuardAll(VolumeKind::kData).Guard(k00, VolumeKind::kEmptied);
  const VolumeFacts emptied = cluster.Volume(k00, VolumeKind::kEmptied);
  CHECK(PlanStart(cluster.Ask(k00, emptied)).action == StartAction::kWait);
  RunningCluster silent = cluster;
  auto input = silent.Silence(k01).Ask(k00, emptied);
  input.waited = std::chrono::hours(24);
  CHECK(PlanStart(input).action == StartAction::kWait);
}

TEST_CASE("a primary whose dataset is gone hands over") {
  RunningCluster cluster;
  cluster.Guard(k00, VolumeKind::kEmptied);
  const VolumeFacts emptied = cluster.Volume(k00, VolumeKind::kEmptied);
  const auto plan = PlanStart(cluster.Ask(k00, emptied));
  CHECK(plan.action == StartAction::kHandOver);
  CHECK(plan.target == k01);
  CHECK(plan.warning);
}

TEST_CASE("a primary whose dataset is gone and a replica that is not in sync") {
  RunningCluster cluster({.shards = 3, .replicas_per_shard = 2});
  cluster.Guard(k00, VolumeKind::kEmptied);
  VolumeFacts emptied = cluster.Volume(k00, VolumeKind::kEmptied);
  emptied.position = ReplicationPosition{.replication_id = "history",
                                         .offset = 1000,
                                         .previous_id = "",
                                         .in_sync = std::vector<MemberName>{testing::k02}};
  cluster.Of(k01).engine.info.offset =
      5000;  // of whatever it followed; not what the position tells
  SECTION("the one in sync leads at once") {
    CHECK(PlanStart(cluster.Ask(k00, emptied)).target == testing::k02);
  }
  SECTION("it is silent: waited for, then the newest that is heard leads") {
    cluster.Silence(testing::k02);
    StartInput input = cluster.Ask(k00, emptied);
    input.waited = kShardPatience - std::chrono::milliseconds(1);
    CHECK(PlanStart(input).action == StartAction::kWait);
    input.waited = std::chrono::milliseconds(29'999);
    const auto waiting = PlanStart(input);
    CHECK(waiting.action == StartAction::kWait);
    CHECK_THAT(waiting.reason, ContainsSubstring("bowline failover --accept-loss"));
    input.waited = std::chrono::seconds(30);
    const auto plan = PlanStart(input);
    CHECK(plan.action == StartAction::kHandOver);
    CHECK(plan.target == k01);
    CHECK(plan.warning);
  }
  SECTION("never, when that is switched off; nor does it start empty") {
    cluster.Silence(testing::k02);
    StartInput input = cluster.Ask(k00, emptied);
    input.stale_after = std::chrono::seconds(-1);
    input.waited = std::chrono::hours(24);
    const auto plan = PlanStart(input);
    CHECK(plan.action == StartAction::kWait);
    CHECK_THAT(plan.reason, ContainsSubstring("staleAfterSeconds is -1"));
  }
}

TEST_CASE("after a death of all the newest that is left leads at once when all are heard") {
  RunningCluster cluster({.shards = 3, .replicas_per_shard = 2});
  cluster.Guard(k00, VolumeKind::kEmptied);
  VolumeFacts lost = cluster.Volume(k00, VolumeKind::kEmptied);
  lost.position.reset();
  cluster.Of(k01).engine.info.link_down_seconds = -1;
  cluster.Of(testing::k02).engine.info.link_down_seconds = -1;
  cluster.Of(testing::k02).engine.info.offset = 1001;
  SECTION("nothing is known to be missing") {
    const auto plan = PlanStart(cluster.Ask(k00, lost));
    CHECK(plan.action == StartAction::kHandOver);
    CHECK(plan.target == testing::k02);
    CHECK(plan.warning);
    CHECK_FALSE(plan.loss);
  }
  SECTION("one cannot take over yet, and may hold more") {
    Report& other = cluster.Guard(testing::k02, VolumeKind::kData).Of(testing::k02);
    other.position =
        ReplicationPosition{.replication_id = "history", .offset = 2000, .previous_id = ""};
    StartInput input = cluster.Ask(k00, lost);
    const auto waiting = PlanStart(input);
    CHECK(waiting.action == StartAction::kWait);
    CHECK_THAT(waiting.reason, ContainsSubstring("not ready: shard-0-2"));
    input.waited = std::chrono::seconds(30);
    CHECK(PlanStart(input).target == k01);
    // The same with less: nothing is waited for.
    other.position->offset = 999;
    input = cluster.Ask(k00, lost);
    CHECK(PlanStart(input).target == k01);
  }
  SECTION("one is silent") {
    StartInput input = cluster.Silence(k01).Ask(k00, lost);
    input.waited = kShardPatience;
    CHECK(PlanStart(input).action == StartAction::kWait);
  }
  SECTION("they have missed writes, by their own word") {
    cluster.Of(k01).missed_seconds = cluster.Of(testing::k02).missed_seconds = 9;
    StartInput input = cluster.Ask(k00, lost);
    input.waited = kShardPatience;
    CHECK(PlanStart(input).action == StartAction::kWait);
    input.waited = std::chrono::seconds(30);
    const auto plan = PlanStart(input);
    CHECK(plan.action == StartAction::kHandOver);
    CHECK(plan.loss);
    CHECK_THAT(plan.reason, ContainsSubstring("down for 9 s"));
  }
}

TEST_CASE("a shard that holds nothing starts empty: with a warning when it once held data") {
  RunningCluster cluster;
  cluster.Guard(k00, VolumeKind::kEmptied).Guard(k01, VolumeKind::kEmptied);
  SECTION("from the majority's view") {
    const auto plan = PlanStart(cluster.Ask(k00, cluster.Volume(k00, VolumeKind::kEmptied)));
    CHECK(plan.action == StartAction::kLead);
    CHECK(plan.warning);
  }
  SECTION("from its own file when nobody runs") {
    cluster.GuardAll(VolumeKind::kEmptied);
    const auto plan = PlanStart(cluster.Ask(k00, cluster.Volume(k00, VolumeKind::kEmptied)));
    CHECK(plan.action == StartAction::kResume);
    CHECK(plan.warning);
  }
  SECTION("without a warning when it never held any") {
    cluster.GuardAll(VolumeKind::kSeeded);
    const auto plan = PlanStart(cluster.Ask(k00, cluster.Volume(k00, VolumeKind::kSeeded)));
    CHECK(plan.action == StartAction::kResume);
    CHECK_FALSE(plan.warning);
  }
}

}  // namespace
}  // namespace bowline
