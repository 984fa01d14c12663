// Looks that come when they come, peers that answer when they answer: whoever is not cut off is
// never fenced, whoever is cut off is fenced in time.

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <random>

#include "plan/fence.h"
#include "plan/sentinel_testing.h"
#include "plan/testing.h"

namespace bowline {
namespace {

using std::chrono::milliseconds;

// A look is 100 ms and what the scheduler adds; more than 200 ms is a late one.
constexpr int kUsualDelay = 90;
constexpr milliseconds kSlowestLook = kFenceLook + milliseconds(kUsualDelay);

enum class World {
  kReplica,   ///< one of the replicas answers, each time another one
  kMajority,  ///< no replica, but so many voters as are needed, each time others
  kEither,    ///< each time one of the two
  kNobody,    ///< at most a minority of voters, always the same
};

class Member {
 public:
  Member(unsigned seed, FenceCircle circle)
      : random_(seed), circle_(std::move(circle)), judge_(milliseconds::max()) {
    judge_.Restart(now_);
  }

  /// One look in such a world; does it end with a fence?
  bool Look(World world, int late_in = 0) {
    const bool doubt = judge_.InDoubt(circle_, now_);
    const MemberName asked = judge_.HeardLast(circle_);
    std::ranges::shuffle(circle_.replicas, random_);
    // A minority that changes all the time would be a majority in the end.
    if (world != World::kNobody) std::ranges::shuffle(circle_.voters, random_);
    int replicas = Below(static_cast<int>(circle_.replicas.size())) + 1;
    int voters = circle_.majority + Below(2);
    if (world == World::kEither) world = Below(2) == 0 ? World::kReplica : World::kMajority;
    if (world == World::kReplica) voters = Below(circle_.majority + 1);
    if (world == World::kMajority) replicas = 0;
    if (world == World::kNobody) {
      replicas = 0;
      voters = Below(circle_.majority);
    }
    const milliseconds answered = now_ + milliseconds(Below(20));
    for (int i = 0; i < replicas; ++i) {
      if (doubt || circle_.replicas[static_cast<std::size_t>(i)] == asked) {
        Hear(circle_.replicas, i, answered);
      }
    }
    for (int i = 0; doubt && i < voters; ++i) Hear(circle_.voters, i, answered);
    now_ += kFenceLook + milliseconds(Below(kUsualDelay + 1));
    const bool late = late_in > 0 && Below(late_in) == 0;
    if (late) now_ += milliseconds(100 + Below(5000));
    if (late) began_ = now_;
    return judge_.Judge(circle_, now_);
  }
  void Begin() { began_ = now_; }
  /// Since Begin, or since the last late look.
  [[nodiscard]] milliseconds Since() const { return now_ - began_; }
  int Below(int bound) { return std::uniform_int_distribution(0, bound - 1)(random_); }

 private:
  void Hear(const std::vector<MemberName>& members, int place, milliseconds at) {
    const auto index = static_cast<std::size_t>(place);
    if (index < members.size()) judge_.Reached(members[index], at);
  }

  std::mt19937 random_;
  FenceCircle circle_;
  FenceJudge judge_;
  milliseconds now_{5'000'000};
  milliseconds began_ = now_;
};

FenceCircle AnyCircle(unsigned seed) {
  if (seed % 2 == 0) {
    const int replicas = 1 + static_cast<int>(seed / 2 % 4);
    const int sentinels = 1 + static_cast<int>(seed / 8 % 5);
    return CircleOf(Layout::Sentinel(1 + replicas, sentinels), testing::TestIdentity(),
                    testing::kServer0, "");
  }
  testing::RunningCluster cluster({.shards = 3 + static_cast<int>(seed / 2 % 3),
                                   .replicas_per_shard = 1 + static_cast<int>(seed / 8 % 2)});
  return CircleOf(cluster.layout, testing::TestIdentity(), testing::k00,
                  cluster.Of(testing::k00).engine.view);
}

TEST_CASE("never fences while a replica or the majority answers") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    for (const World world : {World::kReplica, World::kMajority, World::kEither}) {
      CAPTURE(seed, static_cast<int>(world));
      Member member(seed, AnyCircle(seed));
      const int late_in = member.Below(3) == 0 ? 4 : 0;
      bool fenced = false;
      for (int i = 0; i < 300; ++i) fenced = member.Look(world, late_in) || fenced;
      REQUIRE_FALSE(fenced);
    }
  }
}

TEST_CASE("always fences in time when nobody answers, and stays so; lifts at once") {
  for (unsigned seed = 0; seed < 400; ++seed) {
    CAPTURE(seed);
    Member member(seed, AnyCircle(seed));
    for (int i = member.Below(20); i > 0; --i) REQUIRE_FALSE(member.Look(World::kEither));
    member.Begin();
    const int late_in = member.Below(3) == 0 ? 3 : 0;
    while (!member.Look(World::kNobody, late_in)) {
      REQUIRE(member.Since() < kFenceAfter + kSlowestLook);
    }
    for (int i = 0; i < 50; ++i) REQUIRE(member.Look(World::kNobody, 3));
    REQUIRE_FALSE(member.Look(member.Below(2) == 0 ? World::kReplica : World::kMajority));
  }
}

}  // namespace
}  // namespace bowline
