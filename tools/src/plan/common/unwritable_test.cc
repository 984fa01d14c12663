#include "plan/common/unwritable.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/plan/running_set.h"

namespace bowline {
namespace {

using testing::kServer0;
using testing::kServer1;
using testing::kServer2;
using testing::RunningSet;

constexpr std::chrono::milliseconds kLong{3000};

/// server-0 leads and its disk is full; both replicas' volumes have just taken a write.
struct Full {
  RunningSet set;
  std::chrono::milliseconds refusing = kLong;
  std::optional<std::chrono::milliseconds> since_last;

  Full() {
    set.Of(kServer0).engine.refusal = "MISCONF: the append-only file could not be written";
    set.Of(kServer1).written_ms = set.Of(kServer2).written_ms = 1000;
  }
  [[nodiscard]] UnwritablePlan Plan() const {
    UnwritableInput input{.layout = set.layout,
                          .own = set.reports.at(kServer0),
                          .peers = set.reports,
                          .refusing = refusing,
                          .since_last = since_last};
    input.peers.erase(kServer0);
    return PlanUnwritable(input);
  }
};

TEST_CASE("a primary that cannot write hands over to a replica that can") {
  Full full;
  CHECK(full.Plan().target == kServer1);
  CHECK(full.Plan().reason ==
        "this primary refuses writes (MISCONF: the append-only file could not be written), and the "
        "volume of server-1 takes them");
  SECTION("the one that has more") {
    full.set.InfoOf(kServer2).offset = 2000;
    CHECK(full.Plan().target == kServer2);
  }
}

TEST_CASE("only to one whose own test write has just succeeded, and that is in sync") {
  Full full;
  Report& report = full.set.Of(kServer1);
  SECTION("none ever") { report.written_ms = -1; }
  SECTION("too long ago") { report.written_ms = 5001; }
  SECTION("link down") { report.engine.info.link_up = false; }
  SECTION("copying") { report.engine.info.sync_in_progress = true; }
  SECTION("loading") { report.engine.info.loading = true; }
  SECTION("no answer") { report.engine.answers = false; }
  SECTION("a primary itself") { report.engine.info.primary = true; }
  SECTION("stopping") { report.phase = Phase::kStopping; }
  SECTION("silent") { full.set.Silence(kServer1); }
  CHECK(full.Plan().target == kServer2);
  full.set.Of(kServer2).written_ms = 6000;
  const UnwritablePlan plan = full.Plan();
  CHECK_FALSE(plan.target);
  CHECK(plan.reason.contains("nobody can take over; server-1: "));
  CHECK(plan.reason.ends_with("server-2: its volume has taken no test write for more than 5 s"));
}

TEST_CASE("exactly 5 s is young enough") {
  Full full;
  full.set.Of(kServer1).written_ms = 5000;
  CHECK(full.Plan().target == kServer1);
}

TEST_CASE("who takes writes, or refuses them for another reason, keeps its role") {
  Full full;
  Report& own = full.set.Of(kServer0);
  SECTION("it takes them") { own.engine.refusal.clear(); }
  SECTION("too few replicas") { own.engine.refusal = "NOREPLICAS: 0 of 1 needed replicas keep up"; }
  SECTION("for a moment only") { full.refusing = std::chrono::milliseconds(1999); }
  SECTION("a replica") { own.engine.info.primary = false; }
  SECTION("loading") { own.engine.info.loading = true; }
  SECTION("no answer") { own.engine.answers = false; }
  CHECK_FALSE(full.Plan().target);
  CHECK(full.Plan().reason.empty());
}

TEST_CASE("once in ten minutes") {
  Full full;
  full.since_last = std::chrono::minutes(10) - std::chrono::milliseconds(1);
  CHECK_FALSE(full.Plan().target);
  full.since_last = std::chrono::minutes(10);
  CHECK(full.Plan().target);
}

TEST_CASE("not by a member that has just done so in a former life of its container") {
  Full full;
  full.set.Of(kServer0).role_changes = {599};
  CHECK_FALSE(full.Plan().target);
  full.set.Of(kServer0).role_changes = {600};
  CHECK(full.Plan().target);
}

TEST_CASE("four full disks make three handovers, and then it is told") {
  Full full;
  full.set = RunningSet(Layout::Sentinel(4, 3));
  Report& own = full.set.Of(kServer0);
  own.engine.refusal = "MISCONF: the append-only file could not be written";
  for (const int other : {1, 2, 3}) full.set.Of(testing::ServerName(other)).written_ms = 1000;
  full.set.Of(kServer1).role_changes = {20};
  full.set.Of(kServer2).role_changes = {40};
  CHECK(full.Plan().target);
  full.set.Of(testing::ServerName(3)).role_changes = {60};
  const UnwritablePlan plan = full.Plan();
  CHECK_FALSE(plan.target);
  CHECK(plan.reason.contains("has been moved 3 times within 10 minutes already"));
  SECTION("until the first of them is over") {
    full.set.Of(testing::ServerName(3)).role_changes = {600};
  }
  SECTION("an earlier version, which tells of none") { full.set.Of(kServer1).role_changes = {}; }
  SECTION("a silent one, of which nothing is known") { full.set.Silence(kServer2); }
  CHECK(full.Plan().target);
}

}  // namespace
}  // namespace bowline
