#include "plan/common/hold_back.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "testing/plan/running_cluster.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::k00;
using testing::k01;
using testing::k02;
using testing::RunningCluster;

/// shard-0-1 looks; shard-0-0 leads.
struct Fixture {
  RunningCluster cluster{{.shards = 3, .replicas_per_shard = 2}};
  HoldBack hold;
  seconds stale_after{30};
  milliseconds now{1'000'000};

  EngineInfo& Own() { return cluster.Of(k01).engine.info; }
  void BreakLink(std::int64_t for_seconds) {
    Own().link_up = false;
    Own().link_down_seconds = for_seconds;
  }
  HoldBackPlan Look(milliseconds later = seconds(1)) {
    now += later;
    HoldBackLook look{.layout = cluster.layout,
                      .own = cluster.Of(k01),
                      .follows = k00,
                      .peers = {},
                      .now = now,
                      .stale_after = stale_after};
    look.own.missed_seconds = hold.missed_seconds();
    for (const MemberName member : {k00, k02}) {
      const auto report = cluster.reports.find(member);
      if (report != cluster.reports.end()) look.peers[member] = report->second;
    }
    return hold.Look(look);
  }
  /// Its link has been down for 40 s while the primary ran.
  void MakeStale() {
    BreakLink(40);
    REQUIRE(Look().held);
    REQUIRE(hold.missed_seconds() == 40);
  }
};

TEST_CASE_METHOD(Fixture, "a replica whose primary runs without it is held back after 5 s") {
  BreakLink(5);
  CHECK_FALSE(Look().held);
  BreakLink(6);
  const HoldBackPlan plan = Look();
  CHECK(plan.held);
  CHECK_THAT(plan.reason, ContainsSubstring("has been down for 6 s"));
  CHECK(Look().reason.empty());  // told once
}

TEST_CASE_METHOD(Fixture,
                 "a replica whose primary has died is free, however long the election takes") {
  BreakLink(1);
  CHECK_FALSE(Look().held);
  SECTION("silent") { cluster.Silence(k00); }
  SECTION("its container starts again") { cluster.Guard(k00, VolumeKind::kData); }
  SECTION("it loads") { cluster.Of(k00).engine.info.loading = true; }
  SECTION("it does not answer") { cluster.Of(k00).engine.answers = false; }
  BreakLink(60);
  CHECK_FALSE(Look(seconds(59)).held);
  CHECK(hold.missed_seconds() == 0);
}

TEST_CASE_METHOD(Fixture, "it is free again when it is in sync, or leads") {
  MakeStale();
  SECTION("a copy under way is not enough") {
    Own().link_up = true;
    Own().sync_in_progress = true;
    CHECK(Look().held);
    Own().sync_in_progress = false;
    CHECK_FALSE(Look().held);
  }
  SECTION("the link alone, in one step") {
    Own().link_up = true;
    CHECK_FALSE(Look().held);
  }
  SECTION("somebody has promoted it") {
    Own().primary = true;
    CHECK_FALSE(Look().held);
  }
  CHECK(hold.missed_seconds() == 0);
}

TEST_CASE_METHOD(Fixture, "it stays held while its own engine does not answer") {
  MakeStale();
  cluster.Of(k01).engine.answers = false;
  CHECK(Look().held);
}

TEST_CASE_METHOD(Fixture, "the newest dataset that is left leads after the wait") {
  MakeStale();
  cluster.Silence(k02);
  cluster.Silence(k00);
  const HoldBackPlan waiting = Look(seconds(20));
  CHECK_FALSE(waiting.take_over);
  CHECK_THAT(waiting.waits.value(), ContainsSubstring("bowline failover --accept-loss"));
  CHECK_FALSE(Look(seconds(11)).take_over);  // 31 s: the turn of ordinal 1 comes 2 s later
  const HoldBackPlan plan = Look(seconds(2));
  CHECK(plan.take_over);
  CHECK_THAT(plan.reason, ContainsSubstring("has missed 40 s of writes"));
}

TEST_CASE_METHOD(Fixture, "it never leads by itself when that is switched off") {
  stale_after = seconds(-1);
  MakeStale();
  cluster.Silence(k00);
  const HoldBackPlan plan = Look(std::chrono::hours(24));
  CHECK_FALSE(plan.take_over);
  CHECK_THAT(plan.waits.value(), ContainsSubstring("failover.staleAfterSeconds is -1"));
}

TEST_CASE_METHOD(Fixture, "it does not lead while the primary's data can come back") {
  MakeStale();
  SECTION("it decides how to start, with data") { cluster.Guard(k00, VolumeKind::kData); }
  SECTION("it loads") { cluster.Of(k00).engine.info.loading = true; }
  SECTION("it does not answer yet") { cluster.Of(k00).engine.answers = false; }
  SECTION("another one leads") {
    cluster.Silence(k00);
    cluster.Of(k02).engine.info.primary = true;
  }
  CHECK_FALSE(Look(std::chrono::hours(1)).take_over);
}

TEST_CASE_METHOD(Fixture, "data that is refused, or lost, does not come back") {
  MakeStale();
  cluster.Silence(k02);
  SECTION("refused") { cluster.Guard(k00, VolumeKind::kRefused); }
  SECTION("emptied") { cluster.Guard(k00, VolumeKind::kEmptied); }
  SECTION("a new volume") { cluster.Guard(k00, VolumeKind::kFresh); }
  CHECK(Look(seconds(33)).take_over);
}

TEST_CASE_METHOD(Fixture, "of two that wait only the newer one leads") {
  MakeStale();
  cluster.Silence(k00);
  Report& other = cluster.Of(k02);
  other.engine.info.link_up = false;
  other.missed_seconds = 50;
  SECTION("the other one has a higher offset") {
    other.engine.info.offset = Own().offset + 1;
    CHECK_FALSE(Look(seconds(60)).take_over);
  }
  SECTION("the other one has a lower offset") {
    other.engine.info.offset = Own().offset - 1;
    CHECK(Look(seconds(60)).take_over);
  }
  SECTION("nothing connects them, and the other one has missed less") {
    other.engine.info.replication_id = "other";
    other.missed_seconds = 39;
    CHECK_FALSE(Look(seconds(60)).take_over);
  }
  SECTION("nothing connects them, and the other one has missed more") {
    other.engine.info.replication_id = "other";
    CHECK(Look(seconds(60)).take_over);
  }
}

}  // namespace
}  // namespace bowline
