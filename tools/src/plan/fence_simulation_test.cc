// Looks at irregular times, connections that stall, end and come back: a primary that is not cut
// off is never fenced, one that is cut off is fenced in time.

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <random>

#include "plan/common/fence.h"
#include "testing/plan/rules.h"
#include "testing/plan/running_cluster.h"
#include "testing/plan/running_set.h"

namespace bowline {
namespace {

using std::chrono::milliseconds;

// A look is 100 ms and what the scheduler adds; more than 200 ms is a late one.
constexpr int kUsualDelay = 90;
constexpr milliseconds kSlowestLook = kFenceLook + milliseconds(kUsualDelay);

enum class World {
  kReplicas,  ///< all replicas acknowledge, or are idle; some reconnect
  kMajority,  ///< replicas stall, end and come back; so many voters as are needed are heard
  kNobody,  ///< no replica acknowledges what is sent, and at most a minority of voters, always the
            ///< same
};

/// A primary under load: something is outstanding at every look, unless a connection is idle.
class Member {
 public:
  Member(unsigned seed, FenceGroup group)
      : random_(seed), group_(std::move(group)), judge_(milliseconds::max()) {
    judge_.Restart(now_);
    for (std::size_t i = 0; i < group_.replicas.size(); ++i) links_.push_back({.id = Id()});
  }

  /// One look in such a world; does it end with a fence?
  bool Look(World world, int late_in = 0) {
    for (LinkLook& link : links_) Change(world, link);
    judge_.Replicas(links_, now_);
    // Sometimes the engine does not take the command.
    if (judge_.MustAsk(group_, now_) && Below(10) > 0) judge_.Asked(now_);
    if (judge_.InDoubt(group_, now_)) HearVoters(world);
    now_ += kFenceLook + milliseconds(Below(kUsualDelay + 1));
    const bool late = late_in > 0 && Below(late_in) == 0;
    if (late) now_ += milliseconds(100 + Below(5000));
    if (late) began_ = now_;
    return judge_.Judge(group_, now_);
  }
  void Begin() { began_ = now_; }
  /// Since Begin, or since the last late look.
  [[nodiscard]] milliseconds Since() const { return now_ - began_; }
  int Below(int bound) { return std::uniform_int_distribution(0, bound - 1)(random_); }

 private:
  std::string Id() { return std::to_string(++ids_); }

  void Change(World world, LinkLook& link) {
    if (world == World::kReplicas) {
      if (Below(20) == 0) link = {.id = Id()};  // it has connected anew
      link.outstanding = Below(3) > 0;
      link.acked_bytes += static_cast<std::uint64_t>(1 + Below(1000));
    } else {
      link.outstanding = true;
      if (world == World::kMajority && Below(10) == 0) ++link.acked_bytes;
    }
  }

  void HearVoters(World world) {
    // A minority that changes all the time would be a majority in the end.
    if (world == World::kMajority) std::ranges::shuffle(group_.voters, random_);
    const int count = world == World::kMajority ? group_.majority + Below(2)
                      : world == World::kNobody ? Below(group_.majority)
                                                : Below(group_.majority + 1);
    for (int i = 0; i < count && i < std::ssize(group_.voters); ++i) {
      const MemberName voter = group_.voters[static_cast<std::size_t>(i)];
      if (Below(2) == 0) {
        judge_.Reached(voter, now_);
      } else {
        judge_.Voter(voter, {.id = "v", .since_heard = milliseconds(Below(100))}, now_);
      }
    }
  }

  std::mt19937 random_;
  FenceGroup group_;
  FenceJudge judge_;
  std::vector<LinkLook> links_;
  int ids_ = 0;
  milliseconds now_{5'000'000};
  milliseconds began_ = now_;
};

FenceGroup AnyCircle(unsigned seed) {
  if (seed % 2 == 0) {
    const int replicas = 1 + static_cast<int>(seed / 2 % 4);
    const int sentinels = 1 + static_cast<int>(seed / 8 % 5);
    return FenceGroupOf(Layout::Sentinel(1 + replicas, sentinels), testing::TestIdentity(),
                        testing::kServer0, {});
  }
  testing::RunningCluster cluster({.shards = 3 + static_cast<int>(seed / 2 % 3),
                                   .replicas_per_shard = 1 + static_cast<int>(seed / 8 % 2)});
  return FenceGroupOf(cluster.layout, testing::TestIdentity(), testing::k00,
                      cluster.Of(testing::k00).engine.view);
}

TEST_CASE("never fences while all replicas acknowledge or the majority is heard") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    for (const World world : {World::kReplicas, World::kMajority}) {
      CAPTURE(seed, static_cast<int>(world));
      Member member(seed, AnyCircle(seed));
      const int late_in = member.Below(3) == 0 ? 4 : 0;
      bool fenced = false;
      for (int i = 0; i < 300; ++i) fenced = member.Look(world, late_in) || fenced;
      REQUIRE_FALSE(fenced);
    }
  }
}

TEST_CASE("always fences in time when nobody is heard, and stays so; lifts at once") {
  // The engine may refuse the question several times in a row, and each look may be slow.
  constexpr milliseconds kInTime = 2 * kFenceAfter + 4 * kSlowestLook;
  for (unsigned seed = 0; seed < 400; ++seed) {
    CAPTURE(seed);
    Member member(seed, AnyCircle(seed));
    for (int i = 1 + member.Below(20); i > 0; --i) REQUIRE_FALSE(member.Look(World::kReplicas));
    member.Begin();
    const int late_in = member.Below(3) == 0 ? 3 : 0;
    int looks = 0;
    while (!member.Look(World::kNobody, late_in)) {
      REQUIRE((late_in > 0 || member.Since() < kInTime));
      REQUIRE(++looks < 1000);
    }
    for (int i = 0; i < 50; ++i) REQUIRE(member.Look(World::kNobody, 3));
    bool fenced = true;
    for (int i = 0; i < 3 && fenced; ++i) fenced = member.Look(World::kReplicas);
    REQUIRE_FALSE(fenced);
  }
}

}  // namespace
}  // namespace bowline
