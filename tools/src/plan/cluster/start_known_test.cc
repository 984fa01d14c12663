// The start guard for volumes that have a nodes.conf; fresh ones are in start_test.cc.

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <set>

#include "plan/cluster/cluster_view.h"
#include "plan/common/start.h"
#include "testing/plan/cluster_rules.h"
#include "testing/plan/running_cluster.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::k00;
using testing::k01;
using testing::k10;
using testing::k11;
using testing::k20;
using testing::k21;
using testing::RunningCluster;
using testing::TestIdentity;

constexpr std::array kKnownKinds{VolumeKind::kSeeded, VolumeKind::kEmptied, VolumeKind::kData};

// --- a majority runs: its word ---

TEST_CASE("a majority says that another member leads: follow it, whatever the own file says") {
  for (const VolumeKind kind : kKnownKinds) {
    CAPTURE(VolumeKindName(kind));
    RunningCluster cluster;
    const VolumeFacts old_primary = cluster.Volume(k00, kind);
    const VolumeFacts replica = cluster.Volume(k01, kind);
    SECTION("it was deposed while it was away " + std::string(VolumeKindName(kind))) {
      cluster.Lead(k01).Guard(k00, kind);
      const auto plan = PlanStart(cluster.Ask(k00, old_primary));
      CHECK(plan.action == StartAction::kFollow);
      CHECK(plan.target == k01);
      CHECK(plan.source);
    }
    SECTION("it was a replica already " + std::string(VolumeKindName(kind))) {
      cluster.Guard(k01, kind);
      const auto plan = PlanStart(cluster.Ask(k01, replica));
      CHECK(plan.action == StartAction::kFollow);
      CHECK(plan.target == k00);
    }
  }
}

TEST_CASE("a majority says that this member leads, its file missed the promotion") {
  RunningCluster cluster;
  const VolumeFacts with_data = cluster.Volume(k01, VolumeKind::kData);
  const VolumeFacts emptied = cluster.Volume(k01, VolumeKind::kEmptied);
  cluster.Lead(k01);
  SECTION("with data it leads, from the majority's view") {
    cluster.Guard(k01, VolumeKind::kData);
    const auto plan = PlanStart(cluster.Ask(k01, with_data));
    CHECK(plan.action == StartAction::kLead);
    CHECK(plan.target == k01);
    CHECK(plan.source);
    CHECK_FALSE(plan.warning);
  }
  SECTION("without data it hands over first") {
    cluster.Guard(k01, VolumeKind::kEmptied);
    const auto plan = PlanStart(cluster.Ask(k01, emptied));
    CHECK(plan.action == StartAction::kHandOver);
    CHECK(plan.target == k00);
  }
}

TEST_CASE("two members that claim one shard are no majority") {
  RunningCluster cluster;
  const VolumeFacts volume = cluster.Volume(k10, VolumeKind::kData);
  const VolumeFacts fresh = cluster.Volume(k10, VolumeKind::kFresh);
  const NodesView claim = cluster.Of(k00).engine.view;
  cluster.Lead(k01).Silence(k11).Silence(k20).Silence(k21);
  cluster.Of(k00).engine.view = claim;
  cluster.Of(k00).engine.info.primary = true;
  CHECK_FALSE(
      ViewOfShard(cluster.layout, TestIdentity(), cluster.Ask(k10, volume).peers, 1).quorum);
  CHECK(PlanStart(cluster.Ask(k10, fresh)).action == StartAction::kWait);
}

// --- replicas ---

TEST_CASE("a replica by its own file resumes: it cannot do harm") {
  for (const VolumeKind kind : kKnownKinds) {
    CAPTURE(VolumeKindName(kind));
    RunningCluster cluster;
    const VolumeFacts replica = cluster.Volume(k01, kind);
    const auto alone = PlanStart(cluster.SilenceAll().Ask(k01, replica));
    CHECK(alone.action == StartAction::kResume);
    CHECK_THAT(alone.reason, ContainsSubstring("replica"));
  }
}

TEST_CASE("a primary without slots resumes like a replica") {
  RunningCluster cluster;
  cluster.conf.Find(testing::IdOf(k00))->slots.clear();
  CHECK(
      PlanStart(cluster.SilenceAll().Ask(k00, cluster.Volume(k00, VolumeKind::kEmptied))).action ==
      StartAction::kResume);
}

// --- primaries by their own file, with data ---

TEST_CASE("a restarted primary hands over to a replica that is in sync (R4)") {
  RunningCluster cluster;
  cluster.Guard(k00, VolumeKind::kData);
  const VolumeFacts volume = cluster.Volume(k00, VolumeKind::kData);
  SECTION("by the noted position") {
    const auto plan = PlanStart(cluster.Ask(k00, volume));
    CHECK(plan.action == StartAction::kHandOver);
    CHECK(plan.target == k01);
    CHECK_FALSE(plan.without_quorum);
    CHECK_FALSE(plan.warning);
  }
  SECTION("by the link, when there is no noted position") {
    VolumeFacts unmarked = volume;
    unmarked.position.reset();
    CHECK(PlanStart(cluster.Ask(k00, unmarked)).action == StartAction::kHandOver);
    cluster.Of(k01).engine.info.link_down_seconds = 11;
    CHECK(PlanStart(cluster.Ask(k00, unmarked)).action == StartAction::kResume);
  }
  SECTION("not when its link was down before the end, by the noted position") {
    VolumeFacts noted = volume;
    noted.position->in_sync = std::vector<MemberName>{k01};
    CHECK(PlanStart(cluster.Ask(k00, noted)).action == StartAction::kHandOver);
    noted.position->in_sync->clear();
    CHECK(PlanStart(cluster.Ask(k00, noted)).action == StartAction::kResume);
  }
  SECTION("not when the noted position is of another history") {
    VolumeFacts other = volume;
    other.position->replication_id = "another";
    CHECK(PlanStart(cluster.Ask(k00, other)).action == StartAction::kResume);
  }
  SECTION("not when it lacks writes that we have") {
    cluster.Of(k01).engine.info.offset = 999;
    CHECK(PlanStart(cluster.Ask(k00, volume)).action == StartAction::kResume);
  }
  SECTION("not when it never was in sync since it started") {
    cluster.Of(k01).engine.info.link_down_seconds = -1;
    CHECK(PlanStart(cluster.Ask(k00, volume)).action == StartAction::kResume);
  }
  SECTION("not while it loads") {
    cluster.Of(k01).engine.info.loading = true;
    CHECK(PlanStart(cluster.Ask(k00, volume)).action == StartAction::kResume);
  }
}

TEST_CASE("without a majority and without the volume's lock nobody is promoted") {
  RunningCluster cluster({.shards = 3, .replicas_per_shard = 1});
  const VolumeKind kind = GENERATE(VolumeKind::kData, VolumeKind::kEmptied);
  const VolumeFacts volume = cluster.Volume(k00, kind);
  cluster.Guard(k00, kind);
  SECTION("with a majority the votes are the proof") {
    StartInput input = cluster.Ask(k00, volume);
    input.locked = false;
    CHECK(PlanStart(input).action == StartAction::kHandOver);
  }
  for (const int shard : {1, 2}) {
    for (const int ordinal : {0, 1}) cluster.Silence({.shard = shard, .ordinal = ordinal});
  }
  StartInput input = cluster.Ask(k00, volume);
  CHECK(PlanStart(input).action == StartAction::kHandOver);
  input.locked = false;
  CHECK(PlanStart(input).action == StartAction::kWait);
  CHECK(PlanStart(input).reason.contains("CLUSTER FAILOVER TAKEOVER to shard-0-1"));
  // Not for ever: the other shards' primaries may wait for the same reason.
  input.waited = kHandoverPatience;
  CHECK(PlanStart(input).action ==
        (kind == VolumeKind::kData ? StartAction::kResume : StartAction::kWait));
}

TEST_CASE("a member of the shard that has answered is not silent, although its view has not come") {
  RunningCluster cluster({.shards = 3, .replicas_per_shard = 1});
  const VolumeFacts volume = cluster.Volume(k00, VolumeKind::kData);
  for (const MemberName member : cluster.layout.Members()) {
    if (member != k00) cluster.Silence(member);
  }
  StartInput input = cluster.Ask(k00, volume);
  input.waited = std::chrono::milliseconds(5000);
  CHECK(PlanStart(input).action == StartAction::kResume);  // nobody is there
  input.unread = {k10};                                    // of another shard
  CHECK(PlanStart(input).action == StartAction::kResume);
  input.unread = {k01};
  CHECK(PlanStart(input).action == StartAction::kWait);
  CHECK(PlanStart(input).reason == "their view of the cluster has not come yet: shard-0-1");
  input.waited = kHandoverPatience;
  CHECK(PlanStart(input).action == StartAction::kResume);
}

TEST_CASE("handing over without a majority needs the word of the whole shard") {
  const RunningCluster cluster({.shards = 3, .replicas_per_shard = 2});
  for (const VolumeKind kind : {VolumeKind::kData, VolumeKind::kEmptied}) {
    CAPTURE(VolumeKindName(kind));
    const VolumeFacts volume = cluster.Volume(k00, kind);
    RunningCluster asked = cluster;
    asked.Guard(k00, kind);
    for (const int shard : {1, 2}) {
      for (const int ordinal : {0, 1, 2}) asked.Silence({.shard = shard, .ordinal = ordinal});
    }
    const auto plan = PlanStart(asked.Ask(k00, volume));
    CHECK(plan.action == StartAction::kHandOver);
    CHECK(plan.without_quorum);
    // The silent one may lead on the other side of a partition: a TAKEOVER would throw its writes
    // away.
    const auto cut_off = PlanStart(asked.Silence(testing::k02).Ask(k00, volume));
    CHECK(cut_off.action != StartAction::kHandOver);
  }
}

TEST_CASE("of several replicas in sync one takes over that nobody takes for failed") {
  RunningCluster cluster({.shards = 3, .replicas_per_shard = 2});
  const VolumeKind kind = GENERATE(VolumeKind::kData, VolumeKind::kEmptied);
  const VolumeFacts volume = cluster.Volume(k00, kind);
  cluster.Guard(k00, kind);
  NodesConf view = cluster.conf;
  view.Find(testing::IdOf(k01))->fail = true;
  cluster.Of(k10).engine.view = testing::ViewOf(view, k10);
  CHECK(PlanStart(cluster.Ask(k00, volume)).target == testing::k02);
  cluster.Silence(testing::k02);
  CHECK(PlanStart(cluster.Ask(k00, volume)).target == k01);
}

TEST_CASE("of several replicas one in sync takes over, although another one has a higher offset") {
  RunningCluster cluster({.shards = 3, .replicas_per_shard = 2});
  cluster.Guard(k00, VolumeKind::kData);
  cluster.Of(k01).engine.info.replication_id = "older";
  cluster.Of(k01).engine.info.offset = 9'000'000;
  const auto plan = PlanStart(cluster.Ask(k00, cluster.Volume(k00, VolumeKind::kData)));
  CHECK(plan.action == StartAction::kHandOver);
  CHECK(plan.target == testing::k02);
}

TEST_CASE("without a majority a member follows the one that has taken over, and no third one") {
  RunningCluster cluster({.shards = 3, .replicas_per_shard = 2});
  const VolumeFacts volume = cluster.Volume(k00, VolumeKind::kData);
  const VolumeFacts emptied = cluster.Volume(k00, VolumeKind::kEmptied);
  cluster.Lead(k01).Guard(k00, VolumeKind::kData);
  for (const int shard : {1, 2}) {
    for (const int ordinal : {0, 1, 2}) cluster.Silence({.shard = shard, .ordinal = ordinal});
  }
  for (const VolumeFacts& facts : {volume, emptied}) {
    const auto plan = PlanStart(cluster.Ask(k00, facts));
    CHECK(plan.action == StartAction::kFollow);
    CHECK(plan.target == k01);
  }
  // A silent member of the shard may have a later epoch yet.
  cluster.Silence(testing::k02);
  CHECK(PlanStart(cluster.Ask(k00, volume)).action != StartAction::kFollow);
}

TEST_CASE("a restarted primary does not resume over a newer dataset (R5)") {
  RunningCluster cluster;
  cluster.Guard(k00, VolumeKind::kData);
  VolumeFacts volume = cluster.Volume(k00, VolumeKind::kData);
  volume.dataset_modified -= 100;
  volume.position = ReplicationPosition{.replication_id = "older", .offset = 5};
  cluster.Of(k01).engine.info.link_down_seconds = -1;
  SECTION("it hands over to its holder") {
    const auto plan = PlanStart(cluster.Ask(k00, volume));
    CHECK(plan.action == StartAction::kHandOver);
    CHECK(plan.target == k01);
  }
  SECTION("it waits while the holder cannot lead yet") {
    cluster.Guard(k01, VolumeKind::kData);
    auto input = cluster.Ask(k00, volume);
    input.waited = std::chrono::hours(1);
    const auto plan = PlanStart(input);
    CHECK(plan.action == StartAction::kWait);
    CHECK_THAT(plan.reason, ContainsSubstring("shard-0-1 holds a newer dataset"));
  }
  SECTION("a little newer is a matter of clocks") {
    volume.dataset_modified = RunningCluster::kNow - 3;
    CHECK(PlanStart(cluster.Ask(k00, volume)).action == StartAction::kResume);
  }
}

TEST_CASE("which dataset is newer") {
  RunningCluster cluster;
  const VolumeFacts self = cluster.Volume(k00, VolumeKind::kData);
  Report peer = cluster.Of(k01);
  peer.dataset_modified = RunningCluster::kNow + 4;
  CHECK(IsNewer(peer, self));
  SECTION("positions of one history overrule file times") {
    peer.position = ReplicationPosition{.replication_id = "history", .offset = 1000};
    CHECK_FALSE(IsNewer(peer, self));
    peer.position->offset = 1001;
    CHECK(IsNewer(peer, self));
    peer.position->replication_id = "another";
    peer.position->offset = 0;
    CHECK(IsNewer(peer, self));
  }
  SECTION("nothing is newer in a member without data") {
    peer.volume = VolumeKind::kFresh;
    peer.held = false;
    peer.engine.keys = 0;
    CHECK_FALSE(IsNewer(peer, self));
  }
}

TEST_CASE("a primary with data asks its shard, for a bounded time") {
  RunningCluster cluster;
  const VolumeFacts volume = cluster.Volume(k00, VolumeKind::kData);
  auto input = cluster.Silence(k01).Ask(k00, volume);
  input.waited = kShardPatience - std::chrono::milliseconds(1);
  const auto asking = PlanStart(input);
  CHECK(asking.action == StartAction::kWait);
  CHECK_THAT(asking.reason, ContainsSubstring("silent: shard-0-1"));
  input.waited = kShardPatience;
  const auto plan = PlanStart(input);
  CHECK(plan.action == StartAction::kResume);
  CHECK_THAT(plan.reason, ContainsSubstring("shard-0-1"));
}

TEST_CASE("the later epoch is newer, whatever the file times say (R5)") {
  // 0-0 was cut off and deposed, wrote on for a while, then everything stopped.
  RunningCluster cluster;
  VolumeFacts deposed = cluster.Volume(k00, VolumeKind::kData);
  cluster.Lead(k01);
  VolumeFacts elected = cluster.Volume(k01, VolumeKind::kData);
  cluster.GuardAll(VolumeKind::kData);
  deposed.dataset_modified = RunningCluster::kNow + 100;
  cluster.Of(k00).dataset_modified = RunningCluster::kNow + 100;
  cluster.Of(k00).epoch = LeadEpoch(*deposed.conf);
  cluster.Of(k01).epoch = LeadEpoch(*elected.conf);
  REQUIRE(cluster.Of(k01).epoch > cluster.Of(k00).epoch);

  const auto waits = PlanStart(cluster.Ask(k00, deposed));
  CHECK(waits.action == StartAction::kWait);
  CHECK_THAT(waits.reason, ContainsSubstring("shard-0-1 holds a newer dataset"));
  CHECK(PlanStart(cluster.Ask(k01, elected)).action == StartAction::kResume);

  SECTION("an epoch that is not known decides nothing") {
    cluster.Of(k00).epoch = 0;
    CHECK(IsNewer(cluster.Of(k00), elected));
  }
  SECTION("a running member's epoch is its engine's") {
    Report running = cluster.Of(k01);
    running.epoch = 0;
    running.engine.answers = true;
    running.engine.view = testing::ViewOf(cluster.conf, k01);
    CHECK(IsNewer(running, deposed));
  }
}

TEST_CASE("a primary with data resumes at once when its shard has nothing newer") {
  RunningCluster cluster;
  cluster.GuardAll(VolumeKind::kData);
  for (const MemberName self : {k00, k10, k20}) {
    const auto plan = PlanStart(cluster.Ask(self, cluster.Volume(self, VolumeKind::kData)));
    CHECK(plan.action == StartAction::kResume);
    CHECK_FALSE(plan.warning);
  }
}

TEST_CASE("every action has its name") {
  std::set<std::string_view> names;
  for (const StartAction action :
       {StartAction::kWait, StartAction::kRefuse, StartAction::kFound, StartAction::kAdopt,
        StartAction::kSeed, StartAction::kResume, StartAction::kFollow, StartAction::kLead,
        StartAction::kHandOver}) {
    CHECK_FALSE(StartActionName(action).empty());
    names.insert(StartActionName(action));
  }
  CHECK(names.size() == 9);
}

}  // namespace
}  // namespace bowline
