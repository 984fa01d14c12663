#include "plan/fence.h"

#include <catch2/catch_test_macros.hpp>

#include "plan/sentinel_testing.h"
#include "plan/testing.h"

namespace bowline {
namespace {

using std::chrono::milliseconds;
using testing::k00;
using testing::k01;
using testing::k10;
using testing::k11;
using testing::k20;
using testing::kSentinel0;
using testing::kSentinel1;
using testing::kSentinel2;
using testing::kServer0;
using testing::kServer1;
using testing::kServer2;
using testing::RunningCluster;
using testing::TestIdentity;
using Members = std::vector<MemberName>;

constexpr milliseconds kNever = milliseconds::max();
constexpr milliseconds kStart{1'000'000};  // as of a machine that has run for a while

FenceCircle CircleIn(RunningCluster& cluster, MemberName self) {
  return CircleOf(cluster.layout, TestIdentity(), self, cluster.Of(self).engine.view);
}

/// server-0 of three, with three sentinels.
FenceCircle Servers() { return CircleOf(Layout::Sentinel(3, 3), TestIdentity(), kServer0, ""); }

/// Looks as the program does: one each 100 ms, what was reached in it, then the verdict.
struct Looks {
  FenceCircle circle = Servers();
  FenceJudge judge{kNever};
  milliseconds now = kStart;

  explicit Looks(milliseconds replaced_after = kNever) : judge(replaced_after) {
    judge.Restart(now);
  }
  bool Look(const Members& reached, milliseconds span = kFenceLook) {
    for (const MemberName member : reached) judge.Reached(member, now);
    now += span;
    return judge.Judge(circle, now);
  }
  bool LookFor(milliseconds span, const Members& reached) {
    for (const milliseconds end = now + span; now < end;) Look(reached);
    return judge.fenced();
  }
};

TEST_CASE("while nothing is in doubt the replica that was heard last is asked alone") {
  Looks looks;
  looks.Look({kServer1});
  CHECK(looks.judge.HeardLast(looks.circle) == kServer1);
  looks.Look({kServer2});
  CHECK(looks.judge.HeardLast(looks.circle) == kServer2);
  CHECK_FALSE(looks.judge.InDoubt(looks.circle, looks.now));
  looks.Look({kServer1, kSentinel0});
  CHECK(looks.judge.HeardLast(looks.circle) == kServer1);
  looks.Look({});
  CHECK(looks.judge.InDoubt(looks.circle, looks.now));
}

TEST_CASE("whom a primary asks in cluster mode: its replicas, and whoever leads the other shards") {
  RunningCluster cluster({.shards = 3, .replicas_per_shard = 2});
  cluster.Lead(k11);
  FenceCircle circle = CircleIn(cluster, k00);
  CHECK(circle.replicas == Members{k01, testing::k02});
  CHECK(circle.voters == Members{k11, k20});
  CHECK(circle.majority == 1);
  circle = CircleIn(cluster, k11);
  CHECK(circle.replicas == Members{k10, {.shard = 1, .ordinal = 2}});
  CHECK(circle.voters == Members{k00, k20});
}

TEST_CASE("how many other primaries are a majority with the own vote") {
  for (const auto& [shards, needed] : {std::pair(3, 1), {4, 2}, {5, 2}, {6, 3}, {7, 3}}) {
    RunningCluster cluster({.shards = shards, .replicas_per_shard = 1});
    CAPTURE(shards);
    CHECK(CircleIn(cluster, k00).majority == needed);
    CHECK((needed + 1) * 2 > shards);
    CHECK(needed * 2 <= shards);
  }
}

TEST_CASE("whom a primary asks in sentinel mode: its replicas, and all declared sentinels") {
  const FenceCircle circle = Servers();
  CHECK(circle.replicas == Members{kServer1, kServer2});
  CHECK(circle.voters == Members{kSentinel0, kSentinel1, kSentinel2});
  CHECK(circle.majority == 2);
  CHECK(CircleOf(Layout::Sentinel(2, 1), TestIdentity(), kServer0, "").majority == 1);
  CHECK(CircleOf(Layout::Sentinel(2, 2), TestIdentity(), kServer0, "").majority == 2);
  CHECK(CircleOf(Layout::Sentinel(2, 5), TestIdentity(), kServer0, "").majority == 3);
  CHECK(CircleOf(Layout::Sentinel(1, 3), TestIdentity(), kServer0, "").replicas.empty());
}

TEST_CASE("without a view of the cluster nobody is fenced") {
  const RunningCluster cluster;
  for (const char* view : {"", "-LOADING", "no nodes"}) {
    Looks looks;
    looks.circle = CircleOf(cluster.layout, TestIdentity(), k00, view);
    CHECK(looks.circle.voters.empty());
    CHECK_FALSE(looks.LookFor(milliseconds(10'000), {}));
  }
}

TEST_CASE("silence of all for 450 ms is a cut") {
  Looks looks;
  looks.LookFor(milliseconds(1000), {kServer1});
  CHECK_FALSE(looks.Look({}, milliseconds(0)));
  const milliseconds heard = looks.now - kFenceLook;  // at the begin of the last look
  while (looks.now + kFenceLook < heard + kFenceAfter) CHECK_FALSE(looks.Look({}));
  const milliseconds left = heard + kFenceAfter - looks.now;
  CHECK_FALSE(looks.Look({}, left - milliseconds(1)));
  CHECK(looks.judge.Describe(looks.circle, looks.now) ==
        "no replica (of 2) reached for 449 ms, and 0 of 3 voters (2 needed)");
  CHECK(looks.Look({}, milliseconds(1)));
  CHECK(looks.judge.fenced());
}

TEST_CASE("one replica is enough, and so is a majority of the voters; less is not") {
  Looks looks;
  bool cut = false;
  Members reached;
  SECTION("one replica") { reached = {kServer2}; }
  SECTION("two sentinels") { reached = {kSentinel0, kSentinel2}; }
  SECTION("one sentinel") {
    reached = {kSentinel1};
    cut = true;
  }
  SECTION("a member that has no part in it") {
    reached = {kServer0, k10};
    cut = true;
  }
  CHECK(looks.LookFor(milliseconds(10'000), reached) == cut);
}

TEST_CASE("voters who are reached in turn are a majority, as long as each is heard in time") {
  Looks looks;
  for (int i = 0; i < 100; ++i) CHECK_FALSE(looks.Look({i % 2 == 0 ? kSentinel0 : kSentinel1}));
  for (int i = 0; i < 10; ++i) looks.Look({kSentinel0});
  CHECK(looks.judge.fenced());
}

TEST_CASE("the voters are asked only when the replicas are silent") {
  Looks looks;
  CHECK_FALSE(looks.judge.InDoubt(looks.circle, looks.now));
  looks.Look({kServer1});
  CHECK_FALSE(looks.judge.InDoubt(looks.circle, looks.now));
  looks.Look({});
  CHECK(looks.judge.InDoubt(looks.circle, looks.now));
  looks.Look({kSentinel0, kSentinel1});
  CHECK(looks.judge.InDoubt(looks.circle, looks.now));
  looks.Look({kServer2});
  CHECK_FALSE(looks.judge.InDoubt(looks.circle, looks.now));
}

TEST_CASE("who did not listen has heard nothing: a late look begins anew") {
  Looks looks;
  looks.LookFor(milliseconds(400), {});
  SECTION("a look that came late") { CHECK_FALSE(looks.Look({}, milliseconds(5000))); }
  SECTION("a look that could not ask") {
    looks.judge.Deaf(looks.now);
    CHECK_FALSE(looks.Look({}));
  }
  CHECK_FALSE(looks.LookFor(milliseconds(300), {}));
  CHECK(looks.LookFor(milliseconds(200), {}));
}

TEST_CASE("a fence stands until somebody is reached, late looks or not") {
  Looks looks;
  CHECK(looks.LookFor(milliseconds(500), {}));
  CHECK(looks.Look({}));
  CHECK(looks.Look({}, milliseconds(60'000)));
  looks.judge.Deaf(looks.now);
  CHECK(looks.Look({}));
  CHECK(looks.Look({kSentinel2}));
  SECTION("a replica") { CHECK_FALSE(looks.Look({kServer1})); }
  SECTION("a majority") { CHECK_FALSE(looks.Look({kSentinel0})); }
  SECTION("the role is lost") {
    looks.judge.Restart(looks.now);
    CHECK_FALSE(looks.judge.fenced());
  }
  CHECK_FALSE(looks.LookFor(milliseconds(400), {}));
  CHECK(looks.LookFor(milliseconds(100), {}));
}

TEST_CASE("who may have been replaced meanwhile waits until it would have been told") {
  constexpr milliseconds kDownAfter{3000};
  Looks looks(kDownAfter);
  CHECK(looks.LookFor(milliseconds(500), {}));
  SECTION("not after a short cut") {
    CHECK(looks.LookFor(milliseconds(2000), {}));
    CHECK_FALSE(looks.Look({kServer1}));
  }
  SECTION("after a long one") {
    CHECK(looks.LookFor(milliseconds(3000), {}));
    SECTION("at once") {}
    SECTION("and another one, before that time is over") {
      CHECK(looks.LookFor(milliseconds(2000), {kServer1}));
      CHECK(looks.LookFor(milliseconds(1000), {}));
    }
    CHECK(looks.LookFor(milliseconds(2900), {kServer1}));
    CHECK_FALSE(looks.LookFor(milliseconds(300), {kServer1}));
  }
}

}  // namespace
}  // namespace bowline
