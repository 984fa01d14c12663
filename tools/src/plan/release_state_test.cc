#include "plan/common/release_state.h"

#include <catch2/catch_test_macros.hpp>

#include "plan/common/release_topology.h"
#include "testing/plan/rules.h"
#include "testing/plan/running_cluster.h"
#include "testing/plan/running_set.h"

namespace bowline {
namespace {

using testing::k00;
using testing::k01;
using testing::k10;
using testing::kSentinel0;
using testing::kSentinel1;
using testing::kSentinel2;
using testing::kServer0;
using testing::kServer1;
using testing::kServer2;
using testing::RunningCluster;
using testing::RunningSet;
using testing::TestIdentity;

ReleaseLook LookAt(const Layout& layout, const AddressBook& addresses, const Reports& reports,
                   const RecordedState& recorded) {
  Settings settings;
  settings.name_space = TestIdentity().name_space;
  settings.release = TestIdentity().release;
  settings.layout = layout;
  const ModeRules& rules = testing::TestRules(layout);
  return LookAtRelease(layout,
                       DescribeRelease(settings, addresses, reports, rules, RunningCluster::kNow),
                       reports, rules, recorded);
}
ReleaseLook LookAt(const RunningSet& set, const RecordedState& recorded = {}) {
  return LookAt(set.layout, set.addresses, set.reports, recorded);
}
ReleaseLook LookAt(const RunningCluster& cluster) {
  return LookAt(cluster.layout, testing::Addresses(cluster.layout), cluster.reports, {});
}

/// A set that has never held a key.
RunningSet NewSet() {
  RunningSet set;
  for (auto& [member, report] : set.reports) report.held = false;
  return set;
}

TEST_CASE("all is as declared") {
  CHECK(LookAt(RunningSet()).state == ReleaseState::kHealthy);
  CHECK(LookAt(RunningSet()).reason == "as declared");
  CHECK(LookAt(RunningSet()).majority);
  CHECK(LookAt(NewSet()).state == ReleaseState::kHealthy);
  CHECK(LookAt(RunningSet(Layout::Sentinel(1, 1))).state == ReleaseState::kHealthy);
  const ReleaseLook cluster = LookAt(RunningCluster());
  CHECK(cluster.state == ReleaseState::kHealthy);
  CHECK(cluster.majority);
  CHECK(cluster.heard.size() == 6);
}

TEST_CASE("a warning is the reason of a release that is healthy") {
  RunningSet set;
  set.Of(kServer0).pause =
      PauseOrder{.since = "2026-11-30T02:00:00Z", .until = "2026-11-30T04:00:00Z"};
  const ReleaseLook look = LookAt(set);
  CHECK(look.state == ReleaseState::kHealthy);
  CHECK(look.reason.starts_with("paused since 2026-11-30T02:00:00Z"));
}

TEST_CASE("all is served, and something is missing") {
  RunningSet set;
  std::string reason;
  bool majority = true;
  SECTION("a replica is silent") {
    set.Silence(kServer1);
    reason = "server-1: silent";
  }
  SECTION("its link is down") {
    set.InfoOf(kServer1).link_up = false;
    reason = "server-1: link down";
  }
  SECTION("it waits") {
    set.Of(kServer1).phase = Phase::kGuard;
    set.Of(kServer1).engine = {};
    set.Of(kServer1).reason = "a reason";
    reason = "server-1: guard (a reason)";
  }
  SECTION("a sentinel is silent") {
    set.Silence(kSentinel1);
    reason = "sentinel-1: silent";
  }
  SECTION("all sentinels are: the primary serves") {
    set.Silence(kSentinel0).Silence(kSentinel1).Silence(kSentinel2);
    reason = "sentinel-0: silent, sentinel-1: silent, sentinel-2: silent";
    majority = false;
  }
  SECTION("more than three things are counted") {
    set.Silence(kSentinel0).Silence(kSentinel1).Silence(kSentinel2).Silence(kServer2);
    reason = "server-2: silent, sentinel-0: silent, sentinel-1: silent, and 1 more";
    majority = false;
  }
  const ReleaseLook look = LookAt(set);
  CHECK(look.state == ReleaseState::kDegraded);
  CHECK(look.reason == reason);
  CHECK(look.majority == majority);
}

TEST_CASE("a set without a primary that takes writes") {
  RunningSet set;
  SECTION("it is silent") { set.Silence(kServer0); }
  SECTION("it is fenced") { set.Of(kServer0).fenced = "nobody is heard"; }
  SECTION("it refuses writes") { set.Of(kServer0).engine.refusal = "NOREPLICAS"; }
  SECTION("it loads") { set.InfoOf(kServer0).loading = true; }
  SECTION("it stops") { set.Of(kServer0).phase = Phase::kStopping; }
  SECTION("all wait") {
    for (auto& [member, report] : set.reports) report.phase = Phase::kGuard;
  }
  const ReleaseLook look = LookAt(set);
  CHECK(look.state == ReleaseState::kUnavailable);
  CHECK(look.reason.starts_with("no primary takes writes"));
}

TEST_CASE("a cluster of which a part is not served") {
  RunningCluster cluster;
  std::string begin = "no primary of shard 0 takes writes";
  SECTION("a primary is silent") { cluster.Silence(k00); }
  SECTION("its engine says that the cluster is down") {
    cluster.Of(k00).engine.cluster.state_ok = false;
  }
  SECTION("two primaries: no majority is heard") {
    cluster.Silence(k00).Silence(k10);
    CHECK_FALSE(LookAt(cluster).majority);
  }
  SECTION("a slot is nobody's") {
    cluster.conf.Find(testing::IdOf(k10))->slots = {{5462, 10'921}};
    cluster.Refresh();
    begin = "16383 of 16384 slots are served";
  }
  const ReleaseLook look = LookAt(cluster);
  CHECK(look.state == ReleaseState::kUnavailable);
  CHECK(look.reason.starts_with(begin));
}

TEST_CASE("a shard whose replica leads, and the old primary is gone") {
  RunningCluster cluster;
  cluster.Lead(k01).Silence(k00);
  const ReleaseLook look = LookAt(cluster);
  CHECK(look.state == ReleaseState::kDegraded);
  CHECK(look.reason.starts_with("shard-0-0: silent"));
}

TEST_CASE("an installation forms until it is healthy once, or holds keys") {
  RunningSet set = NewSet();
  set.Silence(kServer0);
  CHECK(LookAt(set).state == ReleaseState::kForming);
  CHECK(LookAt(set, {.state = "Forming"}).state == ReleaseState::kForming);
  CHECK(LookAt(set, {.state = "Healthy"}).state == ReleaseState::kUnavailable);
  CHECK(LookAt(set, {.state = "Degraded"}).state == ReleaseState::kUnavailable);
  set.Of(kServer1).held = true;
  CHECK(LookAt(set).state == ReleaseState::kUnavailable);
}

TEST_CASE("the lowest server writes, one that runs before one that waits") {
  RunningSet set;
  CHECK(WritesState(kServer0, set.reports));
  CHECK_FALSE(WritesState(kServer1, set.reports));
  CHECK_FALSE(WritesState(kSentinel0, set.reports));
  SECTION("it is silent") {
    set.Silence(kServer0);
    CHECK(WritesState(kServer1, set.reports));
  }
  SECTION("it stops") {
    set.Of(kServer0).phase = Phase::kStopping;
    CHECK(WritesState(kServer1, set.reports));
    CHECK_FALSE(WritesState(kServer0, set.reports));
  }
  SECTION("it waits for its start") {
    set.Of(kServer0).phase = Phase::kGuard;
    CHECK(WritesState(kServer1, set.reports));
    CHECK_FALSE(WritesState(kServer0, set.reports));
  }
  SECTION("all wait") {
    for (auto& [member, report] : set.reports) report.phase = Phase::kGuard;
    CHECK(WritesState(kServer0, set.reports));
    CHECK_FALSE(WritesState(kServer1, set.reports));
  }
  SECTION("nobody is heard") { CHECK_FALSE(WritesState(kServer0, {})); }
}

TEST_CASE("what is written is read again") {
  const RecordedState state{.state = "Degraded",
                            .reason = "server-1: silent",
                            .since = "2026-11-30T01:00:00Z",
                            .seen = "2026-11-30T01:02:00Z",
                            .by = "server-0"};
  CHECK(ReadState({{kState, state.state}}, StateAnnotations(state)) == state);
  CHECK(ReadState({}, {}) == RecordedState{});
  for (const auto& [value, name] : {std::pair{ReleaseState::kForming, "Forming"},
                                    {ReleaseState::kHealthy, "Healthy"},
                                    {ReleaseState::kDegraded, "Degraded"},
                                    {ReleaseState::kUnavailable, "Unavailable"}}) {
    CHECK(ReleaseStateName(value) == name);
  }
}

}  // namespace
}  // namespace bowline
