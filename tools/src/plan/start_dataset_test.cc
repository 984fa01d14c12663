// A damaged dataset never leads while an intact one exists, and nobody is waited for without end.

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "testing/plan/rules.h"
#include "testing/plan/running_cluster.h"
#include "testing/plan/sentinel_start.h"

namespace bowline {
namespace {

using testing::k00;
using testing::k01;
using testing::k02;
using testing::RunningCluster;
using testing::ServerName;
using testing::StartingSet;

const DatasetDamage kCut{.what = "cut", .file = "incr", .good = 100, .lost = 7};
const DatasetDamage kUnreadable{.what = "junk", .file = "incr"};

/// k00 leads by its file, and its dataset is damaged.
StartInput Damaged(const RunningCluster& cluster, const DatasetDamage& damage) {
  StartInput input = cluster.Ask(k00, cluster.Volume(k00, VolumeKind::kData));
  input.volume.damage = damage;
  return input;
}

RunningCluster Restarting() {
  RunningCluster cluster({.shards = 3, .replicas_per_shard = 2});
  cluster.Guard(k00, VolumeKind::kData);
  for (const MemberName member : {k01, k02}) {
    Report& report = cluster.Of(member);
    report.engine.info.link_up = false;  // not since it was started
    report.engine.info.link_down_seconds = -1;
    report.engine.info.replication_id = "after a restart";
    report.position = ReplicationPosition{.replication_id = "history", .offset = 1000};
  }
  return cluster;
}

TEST_CASE("a damaged primary has an intact replica take over, even one that was never linked") {
  const RunningCluster cluster = Restarting();
  // Whole, it leads itself.
  CHECK(PlanStart(cluster.Ask(k00, cluster.Volume(k00, VolumeKind::kData))).action ==
        StartAction::kResume);
  const DatasetDamage damage = GENERATE(kCut, kUnreadable);
  const StartPlan plan = PlanStart(Damaged(cluster, damage));
  CHECK(plan.action == StartAction::kHandOver);
  CHECK(plan.target == k01);
  CHECK(plan.warning);
  CHECK(plan.reason.contains(damage.what));
}

TEST_CASE("who takes over for a damaged primary") {
  RunningCluster cluster = Restarting();
  SECTION("not one that is damaged itself") {
    cluster.Of(k01).damage = "cut";
    CHECK(PlanStart(Damaged(cluster, kCut)).target == k02);
  }
  SECTION("not one that lacks more than what was lost here") {
    // 7 bytes were lost of 1000, and 16384 may be no writes.
    cluster.Of(k01).position->exact = cluster.Of(k02).position->exact = true;
    cluster.Of(k01).position->offset = -15'392;
    CHECK(PlanStart(Damaged(cluster, kCut)).target == k02);
    cluster.Of(k02).position->offset = -15'391;
    CHECK(PlanStart(Damaged(cluster, kCut)).target == k02);
    cluster.Of(k02).position->offset = -15'392;
    CHECK(PlanStart(Damaged(cluster, kCut)).action == StartAction::kResume);
  }
  SECTION("a position of a second before the end is no proof of missing writes") {
    // Its primary stopped first: the replica had the last write, and its position had not.
    for (const MemberName member : {k01, k02}) cluster.Of(member).position->offset = -50'000;
    CHECK(PlanStart(Damaged(cluster, kCut)).action == StartAction::kHandOver);
  }
  SECTION("not one of an old file, when nothing else tells") {
    for (const MemberName member : {k01, k02}) {
      cluster.Of(member).position.reset();
      cluster.Of(member).dataset_modified = RunningCluster::kNow - 61;
    }
    CHECK(PlanStart(Damaged(cluster, kCut)).action == StartAction::kResume);
    cluster.Of(k02).dataset_modified += 1;
    CHECK(PlanStart(Damaged(cluster, kCut)).target == k02);
  }
}

TEST_CASE("an intact copy that cannot take over yet is waited for, with a bound") {
  RunningCluster cluster = Restarting();
  cluster.Guard(k01, VolumeKind::kData);
  cluster.Of(k01).position = ReplicationPosition{.replication_id = "history", .offset = 1000};
  cluster.Of(k02).damage = "cut";
  StartInput input = Damaged(cluster, kCut);
  CHECK(PlanStart(input).action == StartAction::kWait);
  CHECK(PlanStart(input).reason.contains("can take over: shard-0-1"));
  input.waited = kIntactPatience;
  CHECK(PlanStart(input).action == StartAction::kResume);
}

TEST_CASE("silent members are waited for, with a bound") {
  RunningCluster cluster = Restarting();
  cluster.Silence(k01).Silence(k02);
  StartInput input = Damaged(cluster, kCut);
  input.waited = kShardPatience;
  CHECK(PlanStart(input).action == StartAction::kWait);
  CHECK(PlanStart(input).reason.contains("is held by: shard-0-1, shard-0-2"));
  input.waited = kDamagePatience;
  const StartPlan plan = PlanStart(input);
  CHECK(plan.action == StartAction::kResume);
  CHECK(plan.mend);
  CHECK(plan.warning);
  CHECK(plan.reason.contains("the last 7 bytes are dropped"));
}

TEST_CASE("nobody else holds data: what is left leads at once, if an engine can load it") {
  RunningCluster cluster = Restarting();
  for (const MemberName member : {k01, k02}) cluster.Guard(member, VolumeKind::kFresh);
  CHECK(PlanStart(Damaged(cluster, kCut)).action == StartAction::kResume);
  CHECK(PlanStart(Damaged(cluster, kCut)).mend);
  StartInput input = Damaged(cluster, kUnreadable);
  input.waited = kIntactPatience;
  CHECK(PlanStart(input).action == StartAction::kWait);
  CHECK(PlanStart(input).reason.contains("--fix"));
}

TEST_CASE("files that cannot be loaded and hold no key hold nobody up") {
  RunningCluster cluster = Restarting();
  for (const MemberName member : {k01, k02}) cluster.Guard(member, VolumeKind::kFresh);
  StartInput input = cluster.Ask(k00, cluster.Volume(k00, VolumeKind::kSeeded));
  input.volume.damage = kUnreadable;
  CHECK(PlanStart(input).action == StartAction::kLead);
  CHECK(PlanStart(input).mend);
}

TEST_CASE("a damaged dataset does not take over, and a damaged replica follows") {
  RunningCluster cluster;
  cluster.Guard(k01, VolumeKind::kData);
  StartInput input = cluster.Ask(k01, cluster.Volume(k01, VolumeKind::kData));
  input.volume.damage = GENERATE(kCut, kUnreadable);
  const StartPlan plan = PlanStart(input);
  CHECK(plan.action == StartAction::kFollow);
  CHECK(plan.mend);
  // With nobody to copy from, files that an engine cannot load stay where they are.
  cluster.Guard(k00, VolumeKind::kData);
  StartInput alone = cluster.Ask(k01, cluster.Volume(k01, VolumeKind::kData));
  alone.volume.damage = kUnreadable;
  CHECK(PlanStart(alone).action == StartAction::kWait);
  alone.volume.damage = kCut;
  CHECK(PlanStart(alone).action == StartAction::kFollow);
}

TEST_CASE("two datasets of which it cannot be told which is wanted hold back the one that leads") {
  RunningCluster cluster = Restarting();
  StartInput input = cluster.Ask(k00, cluster.Volume(k00, VolumeKind::kData));
  input.volume.dataset = {.action = DatasetAction::kAsk, .reason = "two"};
  CHECK(PlanStart(input).action == StartAction::kWait);
  CHECK(PlanStart(input).reason == "two");
  cluster.Lead(k01);
  input = cluster.Ask(k00, cluster.Volume(k00, VolumeKind::kData));
  input.volume.dataset = {.action = DatasetAction::kAsk, .reason = "two"};
  CHECK(PlanStart(input).action == StartAction::kFollow);
}

TEST_CASE("sentinel mode: the damaged named server hands over once a sentinel runs") {
  StartingSet set;
  set.Guard(0);
  for (const int replica : {1, 2}) {
    set.Server(replica).engine.info.link_down_seconds = -1;
    set.Server(replica).engine.info.link_up = false;
  }
  StartInput input = set.Ask(ServerName(0));
  CHECK(PlanStart(input).action == StartAction::kResume);
  input.volume.damage = kCut;
  CHECK(PlanStart(input).action == StartAction::kHandOver);
  for (auto& [member, report] : input.peers) {
    if (report.sentinel) report.sentinel->answers = false;
  }
  input.waited = kDamagePatience;
  CHECK(PlanStart(input).action == StartAction::kWait);
  input.waited = kIntactPatience;
  CHECK(PlanStart(input).action == StartAction::kResume);
}

}  // namespace
}  // namespace bowline
