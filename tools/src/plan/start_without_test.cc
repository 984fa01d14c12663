// Members that a person gives up (value startWithout): the override of each wait for a silent one.

#include <catch2/catch_test_macros.hpp>

#include "plan/common/start.h"
#include "testing/plan/rules.h"
#include "testing/plan/running_cluster.h"
#include "testing/plan/sentinel_start.h"

namespace bowline {
namespace {

using testing::k00;
using testing::k01;
using testing::k10;
using testing::k20;
using testing::kSentinel0;
using testing::kSentinel1;
using testing::kSentinel2;
using testing::kServer0;
using testing::kServer1;
using testing::kServer2;
using testing::RunningCluster;
using testing::StartingSet;

constexpr std::chrono::milliseconds kSoon{29'999};

StartPlan Without(StartInput input, std::vector<MemberName> names,
                  std::chrono::milliseconds waited = kWithoutAfter) {
  input.without = std::move(names);
  input.waited = waited;
  return PlanStart(input);
}

TEST_CASE("a first start without a member that cannot run") {
  RunningCluster cluster;
  cluster.Unfounded().Silence(k20);
  const StartInput input = cluster.Ask(k00, RunningCluster::Unknown(k00));
  CHECK(Without(input, {}).action == StartAction::kWait);
  const StartPlan plan = Without(input, {k20});
  CHECK(plan.action == StartAction::kFound);
  CHECK(plan.warning);
  CHECK(plan.reason.ends_with("; without shard-2-0, as startWithout says"));
  SECTION("not before it has been waited for") {
    CHECK(Without(input, {k20}, kSoon).action == StartAction::kWait);
  }
  SECTION("only who is named") { CHECK(Without(input, {k10}).action == StartAction::kWait); }
  SECTION("who is no member says nothing") {
    CHECK(Without(input, {{.shard = 7}}).action == StartAction::kWait);
  }
  SECTION("who answers is heard, whatever the value says") {
    cluster.Of(k10).volume = VolumeKind::kData;
    CHECK(Without(cluster.Ask(k00, RunningCluster::Unknown(k00)), {k10, k20}).action ==
          StartAction::kWait);
  }
}

TEST_CASE("without the first member, the next one founds, and it alone") {
  RunningCluster cluster;
  cluster.Unfounded().Silence(k00);
  CHECK(Without(cluster.Ask(k01, RunningCluster::Unknown(k01)), {k00}).action ==
        StartAction::kFound);
  const StartPlan other = Without(cluster.Ask(k10, RunningCluster::Unknown(k10)), {k00});
  CHECK(other.action == StartAction::kWait);
  CHECK(other.reason.contains("waiting for shard-0-1 to found"));
}

TEST_CASE("a fresh volume, no majority, and one member that will not come back") {
  RunningCluster cluster;
  cluster.GuardAll(VolumeKind::kFresh).Silence(k20);
  VolumeFacts fresh = cluster.Volume(k00, VolumeKind::kFresh);
  CHECK(Without(cluster.Ask(k00, fresh), {}).action == StartAction::kWait);
  CHECK(Without(cluster.Ask(k00, fresh), {k20}).action == StartAction::kSeed);
}

TEST_CASE("a primary whose dataset is gone starts empty when the silent one is given up") {
  RunningCluster cluster;
  const VolumeFacts emptied = cluster.Volume(k00, VolumeKind::kEmptied);
  cluster.Guard(k00, VolumeKind::kEmptied).Silence(k01);
  CHECK(Without(cluster.Ask(k00, emptied), {}).action == StartAction::kWait);
  const StartPlan plan = Without(cluster.Ask(k00, emptied), {k01});
  CHECK(plan.action == StartAction::kLead);
  CHECK(plan.warning);
  SECTION("not when it answers and holds the data") {
    cluster = RunningCluster();
    cluster.Guard(k00, VolumeKind::kEmptied);
    CHECK(Without(cluster.Ask(k00, emptied), {k01}).action == StartAction::kHandOver);
  }
}

TEST_CASE("a volume that is refused stays refused") {
  const RunningCluster cluster;
  const StartPlan plan =
      Without(cluster.Ask(k00, cluster.Volume(k00, VolumeKind::kRefused)), {k01});
  CHECK(plan.action == StartAction::kRefuse);
}

TEST_CASE("sentinel mode: the servers' roll is called without the one that is given up") {
  StartingSet set;
  set.ForgetAll().Guard(0).Guard(1).Guard(2).Silence(kServer2);
  const StartInput input = set.Ask(kSentinel0);
  CHECK(Without(input, {}).action == StartAction::kWait);
  const StartPlan plan = Without(input, {kServer2});
  CHECK(plan.action == StartAction::kResume);
  CHECK(plan.target == kServer0);
  SECTION("it never leads, though it is the first of equal ones") {
    StartingSet fresh;
    fresh.ForgetAll();
    for (const int server : {0, 1, 2}) fresh.Guard(server, VolumeKind::kFresh);
    fresh.Silence(kServer0);
    CHECK(Without(fresh.Ask(kSentinel0), {kServer0}).target == kServer1);
  }
}

TEST_CASE("sentinel mode: a majority of the sentinels is given up") {
  StartingSet set;
  set.Guard(0).Guard(1).Guard(2).Silence(kSentinel1).Silence(kSentinel2);
  set.Forget(0);
  CHECK(Without(set.Ask(kSentinel0), {}).action == StartAction::kWait);
  const StartPlan plan = Without(set.Ask(kSentinel0), {kSentinel1, kSentinel2});
  CHECK(plan.action == StartAction::kResume);
  CHECK(plan.target == kServer0);
}

}  // namespace
}  // namespace bowline
