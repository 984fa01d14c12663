#include "plan/candidate.h"

#include <catch2/catch_test_macros.hpp>

#include "plan/testing.h"

namespace bowline {
namespace {

using testing::k00;
using testing::k01;
using testing::k02;
using testing::RunningCluster;

struct Fixture {
  RunningCluster cluster{{.shards = 3, .replicas_per_shard = 2}};

  [[nodiscard]] std::optional<MemberName> Best(bool need_link = false) const {
    const auto best = BestCandidate(cluster.layout, cluster.cards, 0, k00, need_link);
    if (!best) return std::nullopt;
    CHECK_FALSE(best->reason.empty());
    return best->member;
  }
};

TEST_CASE_METHOD(Fixture, "the highest offset takes over, then the lowest name") {
  CHECK(Best() == k01);
  cluster.Of(k02).engine.info.offset = 1001;
  CHECK(Best() == k02);
  CHECK(BestCandidate(cluster.layout, cluster.cards, 0, k00, false)->reason ==
        "highest offset 1001, link up");
}

TEST_CASE_METHOD(Fixture, "a replica that is no fit candidate is passed over") {
  Card& card = cluster.Of(k01);
  SECTION("loading") { card.engine.info.loading = true; }
  SECTION("does not answer") { card.engine.answers = false; }
  SECTION("still deciding") { card.phase = Phase::kGuard; }
  SECTION("stopping") { card.phase = Phase::kStopping; }
  SECTION("a primary itself") { card.engine.info.primary = true; }
  SECTION("silent") { cluster.cards.erase(k01); }
  SECTION("holds nothing") {
    card.volume = VolumeKind::kFresh;
    card.held = false;
    card.engine.keys = 0;
  }
  CHECK(Best() == k02);
}

TEST_CASE_METHOD(Fixture, "what counts as holding data") {
  Card& card = cluster.Of(k01);
  cluster.cards.erase(k02);
  card.volume = VolumeKind::kFresh;
  card.held = false;
  card.engine.keys = 0;
  CHECK_FALSE(Best());
  SECTION("keys") { card.engine.keys = 1; }
  SECTION("it has held some, in this life") { card.held = true; }
  SECTION("the volume had a dataset") { card.volume = VolumeKind::kData; }
  CHECK(Best() == k01);
}

TEST_CASE_METHOD(Fixture, "a planned handover goes to a pod that a rollout has already changed") {
  cluster.Of(k01).engine.info.offset = 500'000;  // both have got nearly everything
  cluster.Of(k00).revision = cluster.Of(k01).revision = "old";
  cluster.Of(k02).revision = "new";
  CHECK(Best(true) == k02);
  CHECK(Best(false) == k01);
  SECTION("not when it is far behind") {
    cluster.Of(k01).engine.info.offset = 5'000'000;
    CHECK(Best(true) == k01);
  }
  SECTION("not when it cannot take over") {
    cluster.Of(k02).engine.info.link_up = false;
    CHECK(Best(true) == k01);
  }
  SECTION("the best of several") {
    cluster.Of(k01).revision = "new";
    CHECK(Best(true) == k01);
  }
  SECTION("not by chance, when nobody knows revisions") {
    for (const MemberName name : {k00, k01, k02}) cluster.Of(name).revision.clear();
    CHECK(Best(true) == k01);
  }
}

TEST_CASE_METHOD(Fixture, "a planned handover needs a link that is up") {
  cluster.Of(k01).engine.info.link_up = false;
  cluster.Of(k01).engine.info.offset = 2000;
  CHECK(Best(false) == k01);
  CHECK(Best(true) == k02);
  cluster.Of(k02).engine.info.link_up = false;
  CHECK_FALSE(Best(true));
}

TEST_CASE_METHOD(Fixture, "nobody of another shard, and never the one that leaves") {
  cluster.cards.erase(k01);
  cluster.cards.erase(k02);
  CHECK_FALSE(Best());
  CHECK_FALSE(BestCandidate(cluster.layout, cluster.cards, 7, k00, false));
}

}  // namespace
}  // namespace bowline
