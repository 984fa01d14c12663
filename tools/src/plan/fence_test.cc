#include "plan/common/fence.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/plan/rules.h"
#include "testing/plan/running_cluster.h"
#include "testing/plan/running_set.h"

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

FenceGroup CircleIn(RunningCluster& cluster, MemberName self) {
  return FenceGroupOf(cluster.layout, TestIdentity(), self, cluster.Of(self).engine.view);
}

/// server-0 of three, with three sentinels.
FenceGroup Servers() { return FenceGroupOf(Layout::Sentinel(3, 3), TestIdentity(), kServer0, {}); }

/// How the connection of a replica stands at a look.
enum class Link { kIdle, kMoving, kStalled, kGone };

/// Looks as the program does: one each 100 ms.
struct Looks {
  FenceGroup group = Servers();
  FenceJudge judge{kNever};
  milliseconds now = kStart;
  std::uint64_t acked = 0;
  bool can_send = true;

  explicit Looks(milliseconds replaced_after = kNever) : judge(replaced_after) {
    judge.Restart(now);
  }
  /// `heard`: the voters that acknowledge or answer during this look.
  bool Look(Link first, Link second, const Members& heard = {}, milliseconds span = kFenceLook) {
    ++acked;
    std::vector<LinkLook> links;
    for (const auto& [id, link] : {std::pair("a", first), {"b", second}}) {
      if (link == Link::kGone) continue;
      links.push_back({.id = id,
                       .outstanding = link != Link::kIdle,
                       .acked_bytes = link == Link::kStalled ? 0 : acked});
    }
    judge.Replicas(links, now);
    if (judge.MustAsk(group, now) && can_send) judge.Asked(now);
    for (const MemberName member : heard) {
      judge.Voter(member, {.id = "v", .outstanding = true, .acked_bytes = acked}, now);
    }
    now += span;
    return judge.Judge(group, now);
  }
  /// Is it fenced after such a time?
  bool LookFor(milliseconds span, Link first, Link second, const Members& heard = {}) {
    for (const milliseconds end = now + span; now < end;) Look(first, second, heard);
    return judge.fenced();
  }
  void Lead() { LookFor(milliseconds(1000), Link::kMoving, Link::kMoving); }
};

constexpr milliseconds kMinute{60'000};
// The detection, and a look on each side of it.
constexpr milliseconds kInTime = kFenceAfter + 2 * kFenceLook;

TEST_CASE("whom a primary asks in cluster mode: its replicas, and whoever leads the other shards") {
  RunningCluster cluster({.shards = 3, .replicas_per_shard = 2});
  cluster.Lead(k11);
  FenceGroup group = CircleIn(cluster, k00);
  CHECK(group.replicas == Members{k01, testing::k02});
  CHECK(group.voters == Members{k11, k20});
  CHECK(group.majority == 1);
  group = CircleIn(cluster, k11);
  CHECK(group.replicas == Members{k10, {.shard = 1, .ordinal = 2}});
  CHECK(group.voters == Members{k00, k20});
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
  const FenceGroup group = Servers();
  CHECK(group.replicas == Members{kServer1, kServer2});
  CHECK(group.voters == Members{kSentinel0, kSentinel1, kSentinel2});
  CHECK(group.majority == 2);
  CHECK(FenceGroupOf(Layout::Sentinel(2, 1), TestIdentity(), kServer0, {}).majority == 1);
  CHECK(FenceGroupOf(Layout::Sentinel(2, 2), TestIdentity(), kServer0, {}).majority == 2);
  CHECK(FenceGroupOf(Layout::Sentinel(2, 5), TestIdentity(), kServer0, {}).majority == 3);
  CHECK(FenceGroupOf(Layout::Sentinel(1, 3), TestIdentity(), kServer0, {}).replicas.empty());
}

TEST_CASE("without a view of the cluster nobody is fenced") {
  const RunningCluster cluster;
  for (const char* view : {"", "-LOADING", "no nodes"}) {
    Looks looks;
    looks.group = FenceGroupOf(cluster.layout, TestIdentity(), k00, NodesView(view));
    CHECK(looks.group.voters.empty());
    looks.Lead();
    CHECK_FALSE(looks.LookFor(kMinute, Link::kGone, Link::kGone));
  }
}

TEST_CASE("what is sent and not acknowledged for 450 ms, without a majority, is a cut") {
  Looks looks;
  looks.Lead();
  bool cut = false;
  const milliseconds began = looks.now;
  SECTION("both stalled") {
    while (!looks.Look(Link::kStalled, Link::kStalled)) REQUIRE(looks.now - began < kMinute);
    cut = true;
  }
  SECTION("both gone") {
    while (!looks.Look(Link::kGone, Link::kGone)) REQUIRE(looks.now - began < kMinute);
    cut = true;
  }
  SECTION("one: it may be on the side of the majority, and be elected") {
    while (!looks.Look(Link::kMoving, Link::kStalled)) REQUIRE(looks.now - began < kMinute);
    cut = true;
  }
  SECTION("idle connections say nothing") {
    CHECK_FALSE(looks.LookFor(kMinute, Link::kIdle, Link::kIdle));
  }
  SECTION("under load something is outstanding at every look") {
    CHECK_FALSE(looks.LookFor(kMinute, Link::kMoving, Link::kMoving));
  }
  SECTION("an idle one, written to after the cut") {
    CHECK_FALSE(looks.LookFor(kMinute, Link::kIdle, Link::kIdle));
    const milliseconds written = looks.now;
    while (!looks.Look(Link::kStalled, Link::kStalled)) REQUIRE(looks.now - written < kMinute);
    CHECK(looks.now - written <= kInTime);
  }
  if (!cut) return;
  CHECK(looks.now - began >= kFenceAfter - kFenceLook);  // counted from the look before
  CHECK(looks.now - began <= kInTime);
}

TEST_CASE("a majority of the voters is enough; less is not") {
  Looks looks;
  looks.Lead();
  bool cut = false;
  Members heard;
  SECTION("two sentinels") { heard = {kSentinel0, kSentinel2}; }
  SECTION("one sentinel") {
    heard = {kSentinel1};
    cut = true;
  }
  SECTION("a member that has no part in it") {
    heard = {kServer0, k10};
    cut = true;
  }
  CHECK(looks.LookFor(kMinute, Link::kStalled, Link::kGone, heard) == cut);
}

TEST_CASE("voters are heard by new connections as well, and each counts for 450 ms") {
  Looks looks;
  looks.Lead();
  for (int i = 0; i < 100; ++i) {
    looks.judge.Reached(i % 2 == 0 ? kSentinel0 : kSentinel1, looks.now);
    CHECK_FALSE(looks.Look(Link::kGone, Link::kGone));
  }
  CHECK(looks.LookFor(milliseconds(1000), Link::kGone, Link::kGone, {kSentinel0}));
}

TEST_CASE("silence counts only after something was sent") {
  Looks looks;
  looks.Lead();
  looks.can_send = false;  // a busy engine takes no PUBLISH, and no writes either
  CHECK_FALSE(looks.LookFor(kMinute, Link::kGone, Link::kStalled));
  looks.can_send = true;
  const milliseconds began = looks.now;
  while (!looks.Look(Link::kGone, Link::kStalled)) REQUIRE(looks.now - began < kMinute);
  CHECK(looks.now - began >= milliseconds(250));
}

TEST_CASE(
    "what came in before the cut delays nothing: voters are asked as soon as there is a doubt") {
  Looks looks;
  looks.Lead();
  const milliseconds began = looks.now;
  while (!looks.judge.fenced()) {
    REQUIRE(looks.now - began < kMinute);
    // The kernel tells when the last bytes came: 50 ms before the cut.
    const LinkLook link{.id = "v", .since_heard = looks.now - began + milliseconds(50)};
    looks.judge.Voter(kSentinel0, link, looks.now);
    looks.judge.Voter(kSentinel1, link, looks.now);
    looks.Look(Link::kStalled, Link::kStalled);
  }
  CHECK(looks.now - began <= kInTime);
}

TEST_CASE("in a doubt that lasts, the voters are asked again and again, and not at each look") {
  Looks looks;
  looks.Lead();
  looks.LookFor(milliseconds(1000), Link::kGone, Link::kGone, {kSentinel0, kSentinel1});
  int asked = 0;
  for (int i = 0; i < 100; ++i) {
    asked += looks.judge.MustAsk(looks.group, looks.now) ? 1 : 0;
    CHECK_FALSE(looks.Look(Link::kGone, Link::kGone, {kSentinel0, kSentinel1}));
  }
  CHECK(asked >= 40);
  CHECK(asked <= 60);
}

TEST_CASE("before the first contact nothing is judged: its start guard has just let it lead") {
  Looks looks;
  CHECK_FALSE(looks.LookFor(kMinute, Link::kGone, Link::kGone));
  CHECK_FALSE(looks.LookFor(kMinute, Link::kMoving, Link::kGone));
  SECTION("all replicas") { looks.Look(Link::kMoving, Link::kMoving); }
  SECTION("a majority") { looks.Look(Link::kGone, Link::kGone, {kSentinel0, kSentinel1}); }
  CHECK(looks.LookFor(milliseconds(1500), Link::kGone, Link::kGone));
}

TEST_CASE("a replica that comes back on another connection is not missed") {
  Looks looks;
  looks.Lead();
  for (int i = 0; i < 20; ++i) {
    looks.judge.Replicas(
        {{.id = "a", .acked_bytes = 1}, {.id = "b" + std::to_string(i), .acked_bytes = 1}},
        looks.now);
    looks.now += kFenceLook;
    CHECK_FALSE(looks.judge.Judge(looks.group, looks.now));
  }
  CHECK_FALSE(looks.judge.InDoubt(looks.group, looks.now));
}

TEST_CASE("a look that came late, or could not ask, begins anew") {
  Looks looks;
  looks.Lead();
  looks.LookFor(milliseconds(300), Link::kGone, Link::kGone);
  SECTION("late") { CHECK_FALSE(looks.Look(Link::kGone, Link::kGone, {}, milliseconds(5000))); }
  SECTION("it could not ask") {
    looks.judge.CouldNotAsk(looks.now);
    CHECK_FALSE(looks.Look(Link::kGone, Link::kGone));
  }
  CHECK_FALSE(looks.LookFor(milliseconds(300), Link::kGone, Link::kGone));
  CHECK(looks.LookFor(milliseconds(300), Link::kGone, Link::kGone));
}

TEST_CASE("the time that calls to the own engine took makes no look late") {
  Looks looks;
  looks.Lead();
  const milliseconds began = looks.now;
  bool fenced = false;
  while (!fenced) {
    REQUIRE(looks.now - began < kMinute);
    looks.judge.Replicas({}, looks.now);
    if (looks.judge.MustAsk(looks.group, looks.now)) looks.judge.Asked(looks.now);
    looks.now += milliseconds(400);
    fenced = looks.judge.Judge(looks.group, looks.now, milliseconds(350));
  }
  CHECK(looks.now - began <= milliseconds(1600));
}

TEST_CASE("a fence stands until somebody is heard, late looks or not") {
  Looks looks;
  looks.Lead();
  CHECK(looks.LookFor(kInTime, Link::kStalled, Link::kStalled));
  looks.can_send = false;  // its own pause
  CHECK(looks.Look(Link::kStalled, Link::kGone));
  CHECK(looks.Look(Link::kGone, Link::kGone, {}, kMinute));
  looks.judge.CouldNotAsk(looks.now);
  CHECK(looks.Look(Link::kGone, Link::kGone));
  CHECK(looks.LookFor(kMinute, Link::kGone, Link::kStalled, {kSentinel2}));
  SECTION("all replicas") { CHECK_FALSE(looks.Look(Link::kMoving, Link::kIdle)); }
  SECTION("a majority") {
    CHECK_FALSE(looks.LookFor(2 * kFenceLook, Link::kGone, Link::kGone, {kSentinel0, kSentinel2}));
  }
  SECTION("the role is lost") {
    looks.judge.Restart(looks.now);
    CHECK_FALSE(looks.judge.fenced());
  }
}

TEST_CASE("a cut is as old as the last packet of the others, not as the first write after it") {
  constexpr milliseconds kDownAfter{3000};
  Looks looks(kDownAfter);
  looks.Lead();
  const milliseconds cut = looks.now;
  const auto look = [&](bool outstanding) {
    const milliseconds silent = looks.now - cut;
    looks.judge.Replicas({{.id = "a", .outstanding = outstanding, .since_heard = silent},
                          {.id = "b", .outstanding = outstanding, .since_heard = silent}},
                         looks.now);
    if (looks.judge.MustAsk(looks.group, looks.now)) looks.judge.Asked(looks.now);
    looks.now += kFenceLook;
    return looks.judge.Judge(looks.group, looks.now);
  };
  while (looks.now - cut < milliseconds(4500)) CHECK_FALSE(look(false));
  while (!look(true)) REQUIRE(looks.now - cut < kMinute);
  // The others are back half a second later, and have elected another one meanwhile.
  looks.LookFor(milliseconds(500), Link::kStalled, Link::kStalled);
  CHECK(looks.LookFor(milliseconds(2500), Link::kGone, Link::kGone, {kSentinel0, kSentinel1}));
}

TEST_CASE("a primary that may have been replaced meanwhile waits until it would have been told") {
  constexpr milliseconds kDownAfter{3000};
  const Members majority{kSentinel0, kSentinel1};
  Looks looks(kDownAfter);
  looks.Lead();
  CHECK(looks.LookFor(kInTime, Link::kStalled, Link::kStalled));
  SECTION("not after a short cut") {
    CHECK(looks.LookFor(milliseconds(1500), Link::kStalled, Link::kStalled));
    CHECK_FALSE(looks.LookFor(2 * kFenceLook, Link::kStalled, Link::kStalled, majority));
  }
  SECTION("after a long one") {
    CHECK(looks.LookFor(milliseconds(3000), Link::kStalled, Link::kStalled));
    SECTION("at once") {}
    SECTION("and another one, before that time is over") {
      CHECK(looks.LookFor(milliseconds(2000), Link::kGone, Link::kGone, majority));
      CHECK(looks.LookFor(milliseconds(1500), Link::kGone, Link::kGone));
    }
    CHECK(looks.LookFor(milliseconds(2900), Link::kGone, Link::kGone, majority));
    CHECK_FALSE(looks.LookFor(milliseconds(400), Link::kGone, Link::kGone, majority));
  }
}

}  // namespace
}  // namespace bowline
