#include "plan/common/after_death.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "testing/plan/running_cluster.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::k00;
using testing::k01;
using testing::k02;
using testing::RunningCluster;

/// The engine of shard-0-0 has just died; its data is in an append-only file.
struct Fixture {
  RunningCluster cluster{{.shards = 3, .replicas_per_shard = 2}};
  AfterDeathInput input{.layout = cluster.layout,
                        .self = k00,
                        .last = ReplicationPosition{.replication_id = "history",
                                                    .offset = 1000,
                                                    .previous_id = "",
                                                    .in_sync = std::vector<MemberName>{k01, k02}},
                        .reports = {},
                        .asked = kReportAge,
                        .voted_out = {},
                        .data_stays = true};

  Fixture() { cluster.Silence(k00); }

  AfterDeathPlan Plan() {
    input.reports = cluster.reports;
    return PlanAfterDeath(input);
  }
  /// As the stale replica of the report: its link broke 40 s before the death.
  void MakeStale(MemberName member) {
    cluster.Of(member).engine.info.link_down_seconds = 40;
    std::erase(*input.last->in_sync, member);
  }
};

TEST_CASE_METHOD(Fixture, "a replica in sync takes over at once, and nobody is waited for") {
  cluster.Silence(k02);
  const AfterDeathPlan plan = Plan();
  CHECK(plan.action == AfterDeathAction::kTakeOver);
  REQUIRE(plan.target);
  CHECK(plan.target->member == k01);
  CHECK(plan.target->position.offset == 1000);
}

TEST_CASE_METHOD(Fixture, "rather one that the cluster does not take for failed") {
  input.voted_out = {k01};
  CHECK(Plan().target->member == k02);
  SECTION("without another one it leads at once all the same") { cluster.Silence(k02); }
  SECTION("the other one is stale") { MakeStale(k02); }
  CHECK(Plan().action == AfterDeathAction::kTakeOver);
  CHECK(Plan().target->member == k01);
}

TEST_CASE_METHOD(Fixture, "a stale replica never takes over: the data here comes back") {
  MakeStale(k01);
  cluster.Silence(k02);
  SECTION("the silent one is waited for") {
    input.waited = kSilentPatience - std::chrono::milliseconds(1);
    CHECK(Plan().action == AfterDeathAction::kWait);
    input.waited = kSilentPatience;
    const AfterDeathPlan plan = Plan();
    CHECK(plan.action == AfterDeathAction::kStartAgain);
    CHECK_THAT(plan.reason, ContainsSubstring("shard-0-1: the primary had no link to it"));
    CHECK_THAT(plan.reason, ContainsSubstring("shard-0-2: silent"));
  }
  SECTION("not a second time within a minute") {
    input.waited = kSilentPatience;
    input.restarted_lately = true;
    CHECK(Plan().action == AfterDeathAction::kEnd);
  }
  SECTION("without a file there is nothing to come back to: the next start decides") {
    input.waited = kSilentPatience;
    input.data_stays = false;
    CHECK(Plan().action == AfterDeathAction::kEnd);
  }
}

TEST_CASE_METHOD(Fixture, "the stale one is passed over when the other one is in sync") {
  MakeStale(k01);
  CHECK(Plan().target->member == k02);
}

TEST_CASE_METHOD(Fixture, "all are heard and none is in sync: nothing is waited for") {
  MakeStale(k01);
  MakeStale(k02);
  CHECK(Plan().action == AfterDeathAction::kStartAgain);
}

TEST_CASE_METHOD(Fixture, "what replicas told from before the death proves nothing against them") {
  // The primary was looked at a moment later than its replicas.
  for (const MemberName member : {k01, k02}) cluster.Of(member).engine.info.offset = 900;
  input.asked = kReportAge - std::chrono::milliseconds(1);
  CHECK(Plan().action == AfterDeathAction::kWait);
  input.asked = kReportAge;
  SECTION("they have all of it by then") {
    cluster.Of(k02).engine.info.offset = 1000;
    const AfterDeathPlan plan = Plan();
    CHECK(plan.action == AfterDeathAction::kTakeOver);
    CHECK(plan.target->member == k02);
  }
  SECTION("they have not") { CHECK(Plan().action == AfterDeathAction::kStartAgain); }
  SECTION("one has not heard the end of its link yet: it may be getting more") {
    cluster.Of(k01).engine.info.link_up = true;
    input.asked = kStreamEnds - std::chrono::milliseconds(1);
    CHECK(Plan().action == AfterDeathAction::kWait);
    input.asked = kStreamEnds;
    CHECK(Plan().action == AfterDeathAction::kStartAgain);
  }
}

TEST_CASE_METHOD(Fixture, "another member leads already") {
  cluster.Lead(k01);
  const AfterDeathPlan plan = Plan();
  CHECK(plan.action == AfterDeathAction::kEnd);
  CHECK_THAT(plan.reason, ContainsSubstring("shard-0-1 leads already"));
}

TEST_CASE("a primary without replicas is started again") {
  const AfterDeathPlan plan = PlanAfterDeath({.layout = {.shards = 3, .replicas_per_shard = 0},
                                              .self = k00,
                                              .last = {},
                                              .reports = {},
                                              .voted_out = {},
                                              .data_stays = true});
  CHECK(plan.action == AfterDeathAction::kStartAgain);
}

}  // namespace
}  // namespace bowline
