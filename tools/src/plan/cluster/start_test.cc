#include "plan/common/start.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

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

constexpr const char* kOtherInstallation = "ffffffffffffffffffffffffffffffff";

// --- what is on the own volume, and the installation ---

TEST_CASE("a refused volume is refused, whatever the others say") {
  const RunningCluster cluster;
  const auto plan = PlanStart(cluster.Ask(k00, cluster.Volume(k00, VolumeKind::kRefused)));
  CHECK(plan.action == StartAction::kRefuse);
  CHECK(plan.reason == "nodes.conf: cut");
  CHECK(plan.warning);
}

TEST_CASE("two installations never mix") {
  RunningCluster cluster;
  SECTION("a peer's is not ours") {
    cluster.Of(k21).installation = kOtherInstallation;
    const auto plan = PlanStart(cluster.Ask(k00, cluster.Volume(k00, VolumeKind::kData)));
    CHECK(plan.action == StartAction::kRefuse);
    CHECK_THAT(plan.reason, ContainsSubstring("shard-2-1 belongs to installation " +
                                              std::string(kOtherInstallation)));
    CHECK(plan.warning);
  }
  SECTION("two peers differ, ours is not known") {
    cluster.Of(k21).installation = kOtherInstallation;
    CHECK(PlanStart(cluster.Ask(k00, RunningCluster::Unknown(k00))).action == StartAction::kRefuse);
  }
  SECTION("a peer that knows none yet is no contradiction") {
    cluster.Guard(k21, VolumeKind::kFresh).Of(k21).installation.clear();
    CHECK(PlanStart(cluster.Ask(k00, cluster.Volume(k00, VolumeKind::kFresh))).action !=
          StartAction::kRefuse);
  }
}

TEST_CASE("an unknown installation is learnt, or founded by one member when all were heard") {
  RunningCluster cluster;
  cluster.Unfounded();
  SECTION("from any peer") {
    cluster.Of(k21).installation = TestIdentity().installation;
    const auto plan = PlanStart(cluster.Ask(k10, RunningCluster::Unknown(k10)));
    CHECK(plan.action == StartAction::kAdopt);
    CHECK(plan.installation == TestIdentity().installation);
    CHECK(plan.reason == "shard-2-1 knows the installation");
  }
  SECTION("from a peer rather than from the record: data decides over absence") {
    cluster.Of(k21).installation = TestIdentity().installation;
    auto input = cluster.Ask(k00, RunningCluster::Unknown(k00));
    input.record_installation = kOtherInstallation;
    CHECK(PlanStart(input).installation == TestIdentity().installation);
  }
  SECTION("from the record") {
    auto input = cluster.Ask(k00, RunningCluster::Unknown(k00));
    input.record_installation = kOtherInstallation;
    const auto plan = PlanStart(input);
    CHECK(plan.action == StartAction::kAdopt);
    CHECK(plan.installation == kOtherInstallation);
  }
  SECTION("the record is enough even when everybody is silent") {
    auto input = cluster.SilenceAll().Ask(k00, RunningCluster::Unknown(k00));
    input.record_installation = kOtherInstallation;
    CHECK(PlanStart(input).action == StartAction::kAdopt);
  }
  SECTION("an empty record and all heard: the first member founds") {
    auto input = cluster.Ask(k00, RunningCluster::Unknown(k00));
    input.record_installation = "";
    CHECK(PlanStart(input).action == StartAction::kFound);
  }
  SECTION("no record and all heard: the first member founds") {
    CHECK(PlanStart(cluster.Ask(k00, RunningCluster::Unknown(k00))).action == StartAction::kFound);
  }
  SECTION("the others wait for it") {
    const auto plan = PlanStart(cluster.Ask(k01, RunningCluster::Unknown(k01)));
    CHECK(plan.action == StartAction::kWait);
    CHECK_THAT(plan.reason, ContainsSubstring("waiting for shard-0-0"));
  }
  SECTION("one silent member, and nobody founds") {
    cluster.Silence(k20);
    const auto plan = PlanStart(cluster.Ask(k00, RunningCluster::Unknown(k00)));
    CHECK(plan.action == StartAction::kWait);
    CHECK_THAT(plan.reason, ContainsSubstring("silent: shard-2-0"));
  }
  SECTION("a refused volume among them may hold anything: nobody founds") {
    cluster.Guard(k20, VolumeKind::kRefused);
    const auto plan = PlanStart(cluster.Ask(k00, RunningCluster::Unknown(k00)));
    CHECK(plan.action == StartAction::kWait);
    CHECK_THAT(plan.reason, ContainsSubstring("shard-2-0"));
  }
}

// --- a fresh volume, the installation is known ---

TEST_CASE("a fresh member of a running cluster follows its shard's leader") {
  RunningCluster cluster;
  SECTION("a replica lost its volume") {
    const auto plan = PlanStart(
        cluster.Guard(k01, VolumeKind::kFresh).Ask(k01, cluster.Volume(k01, VolumeKind::kFresh)));
    CHECK(plan.action == StartAction::kFollow);
    CHECK(plan.target == k00);
    REQUIRE(plan.source);
    CHECK(cluster.reports.contains(*plan.source));
  }
  SECTION("the seed primary lost its volume after a failover") {
    cluster.Lead(k01).Guard(k00, VolumeKind::kFresh);
    const auto plan = PlanStart(cluster.Ask(k00, cluster.Volume(k00, VolumeKind::kFresh)));
    CHECK(plan.action == StartAction::kFollow);
    CHECK(plan.target == k01);
  }
  SECTION("a minority of primaries is silent") {
    cluster.Silence(k20).Silence(k21);
    CHECK(PlanStart(cluster.Ask(k01, cluster.Volume(k01, VolumeKind::kFresh))).action ==
          StartAction::kFollow);
  }
}

TEST_CASE("a fresh primary hands over before it starts") {
  RunningCluster cluster;
  cluster.Guard(k00, VolumeKind::kFresh);
  const VolumeFacts fresh = cluster.Volume(k00, VolumeKind::kFresh);
  SECTION("to the replica that holds the data") {
    const auto plan = PlanStart(cluster.Ask(k00, fresh));
    CHECK(plan.action == StartAction::kHandOver);
    CHECK(plan.target == k01);
    CHECK_FALSE(plan.without_quorum);
    CHECK(plan.warning);
  }
  SECTION("and waits while that one loads") {
    cluster.Of(k01).engine.info.loading = true;
    const auto plan = PlanStart(cluster.Ask(k00, fresh));
    CHECK(plan.action == StartAction::kWait);
    CHECK_THAT(plan.reason, ContainsSubstring("shard-0-1 holds the shard's data"));
  }
  SECTION("and waits while that one decides") {
    cluster.Guard(k01, VolumeKind::kData);
    CHECK(PlanStart(cluster.Ask(k00, fresh)).action == StartAction::kWait);
  }
  SECTION("and waits while that one is silent, however long") {
    cluster.Silence(k01);
    auto input = cluster.Ask(k00, fresh);
    input.waited = std::chrono::hours(24);
    const auto plan = PlanStart(input);
    CHECK(plan.action == StartAction::kWait);
    CHECK_THAT(plan.reason, ContainsSubstring("shard-0-1"));
  }
  SECTION("and waits while that one's volume is refused: it may hold anything") {
    cluster.Guard(k01, VolumeKind::kRefused);
    CHECK(PlanStart(cluster.Ask(k00, fresh)).action == StartAction::kWait);
  }
  SECTION("it leads empty, with a warning, when the whole shard has lost its data") {
    cluster.Guard(k01, VolumeKind::kFresh);
    const auto plan = PlanStart(cluster.Ask(k00, fresh));
    CHECK(plan.action == StartAction::kLead);
    CHECK(plan.target == k00);
    REQUIRE(plan.source);
    CHECK(plan.source->shard != 0);
    CHECK(plan.warning);
  }
}

TEST_CASE("a fresh member waits for a shard that the running cluster does not have yet") {
  const Layout small{.shards = 3, .replicas_per_shard = 1};
  RunningCluster cluster(small);
  cluster.layout.shards = 4;  // the values declare one more
  const auto plan = PlanStart(
      cluster.Ask({.shard = 3, .ordinal = 0}, cluster.Volume({3, 0}, VolumeKind::kFresh)));
  CHECK(plan.action == StartAction::kWait);
  CHECK_THAT(plan.reason, ContainsSubstring("shard 3 is not part of the running cluster yet"));
}

TEST_CASE("fresh members and no majority") {
  RunningCluster cluster;
  SECTION("seed when all were heard and nobody ever held anything") {
    cluster.GuardAll(VolumeKind::kFresh);
    for (const MemberName self : cluster.layout.Members()) {
      CHECK(PlanStart(cluster.Ask(self, cluster.Volume(self, VolumeKind::kFresh))).action ==
            StartAction::kSeed);
    }
  }
  SECTION("wait for the silent") {
    cluster.GuardAll(VolumeKind::kFresh).Silence(k21);
    const auto plan = PlanStart(cluster.Ask(k00, cluster.Volume(k00, VolumeKind::kFresh)));
    CHECK(plan.action == StartAction::kWait);
    CHECK_THAT(plan.reason, ContainsSubstring("shard-2-1"));
  }
  SECTION("wait for those that hold data: roles may have moved") {
    cluster.GuardAll(VolumeKind::kFresh).Guard(k20, VolumeKind::kData);
    const auto plan = PlanStart(cluster.Ask(k00, cluster.Volume(k00, VolumeKind::kFresh)));
    CHECK(plan.action == StartAction::kWait);
    CHECK_THAT(plan.reason, ContainsSubstring("shard-2-0"));
  }
  SECTION("wait for those whose volumes are refused") {
    cluster.GuardAll(VolumeKind::kFresh).Guard(k20, VolumeKind::kRefused);
    CHECK(PlanStart(cluster.Ask(k00, cluster.Volume(k00, VolumeKind::kFresh))).action ==
          StartAction::kWait);
  }
  SECTION("wait for those whose files have roles: they need not be the first layout's") {
    for (const VolumeKind kind : {VolumeKind::kEmptied, VolumeKind::kSeeded}) {
      cluster.GuardAll(VolumeKind::kFresh).Guard(k20, kind);
      const auto plan = PlanStart(cluster.Ask(k00, cluster.Volume(k00, VolumeKind::kFresh)));
      CHECK(plan.action == StartAction::kWait);
      CHECK_THAT(plan.reason, ContainsSubstring("shard-2-0"));
    }
  }
}

}  // namespace
}  // namespace bowline
