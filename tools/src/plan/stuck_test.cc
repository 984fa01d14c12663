#include "plan/stuck.h"

#include <catch2/catch_test_macros.hpp>

namespace bowline {
namespace {

using Time = StuckJudge::Time;
constexpr Time kLook{1000};

/// Looks each second from `from` to before `to`; was it stuck at any of them?
bool StuckBetween(StuckJudge& judge, Time from, Time to, bool replied) {
  bool stuck = false;
  for (Time now = from; now < to; now += kLook) stuck = judge.Look(now, replied) || stuck;
  return stuck;
}

TEST_CASE("an engine that gives no reply for 30 s is stuck, not a moment before") {
  StuckJudge judge;
  judge.Started();
  CHECK_FALSE(judge.Look(Time(1000), true));
  CHECK_FALSE(StuckBetween(judge, Time(2000), Time(31'000), false));
  CHECK(judge.Look(Time(31'000), false));
}

TEST_CASE("one reply is enough to begin anew") {
  StuckJudge judge;
  judge.Started();
  CHECK_FALSE(judge.Look(Time(0), true));
  CHECK_FALSE(StuckBetween(judge, Time(1000), Time(29'000), false));
  CHECK_FALSE(judge.Look(Time(29'000), true));
  CHECK_FALSE(StuckBetween(judge, Time(30'000), Time(59'000), false));
  CHECK(judge.Look(Time(59'000), false));
}

TEST_CASE("an engine that has never replied is the startup probe's concern") {
  StuckJudge judge;
  judge.Started();
  CHECK_FALSE(StuckBetween(judge, Time(0), Time(600'000), false));
  judge.Look(Time(600'000), true);
  judge.Started();
  CHECK_FALSE(StuckBetween(judge, Time(601'000), Time(700'000), false));
}

TEST_CASE("a time in which this program did not run proves nothing") {
  StuckJudge judge;
  judge.Started();
  judge.Look(Time(0), true);
  CHECK_FALSE(judge.Look(Time(60'000), false));  // both were frozen: thawed just now
  CHECK_FALSE(StuckBetween(judge, Time(61'000), Time(90'000), false));
  CHECK(judge.Look(Time(90'000), false));
}

}  // namespace
}  // namespace bowline
