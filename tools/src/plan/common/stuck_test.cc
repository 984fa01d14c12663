#include "plan/common/stuck.h"

#include <catch2/catch_test_macros.hpp>

namespace bowline {
namespace {

using Time = StuckJudge::Time;
constexpr Time kLook{1000};

constexpr Time kAfter{30'000};

/// Looks each second from `from` to before `to`; was it stuck at any of them?
bool StuckBetween(StuckJudge& judge, Time from, Time to, Heard heard) {
  bool stuck = false;
  for (Time now = from; now < to; now += kLook) {
    stuck = judge.Look(now, heard) == Silence::kStuck || stuck;
  }
  return stuck;
}

TEST_CASE("an engine that gives no reply for 30 s is stuck, not a moment before") {
  StuckJudge judge(kAfter);
  judge.Started();
  CHECK(judge.Look(Time(1000), Heard::kReply) == Silence::kNone);
  CHECK_FALSE(StuckBetween(judge, Time(2000), Time(31'000), Heard::kNothing));
  CHECK(judge.Look(Time(31'000), Heard::kNothing) == Silence::kStuck);
}

TEST_CASE("one reply is enough to begin anew") {
  StuckJudge judge(kAfter);
  judge.Started();
  CHECK(judge.Look(Time(0), Heard::kReply) == Silence::kNone);
  CHECK_FALSE(StuckBetween(judge, Time(1000), Time(29'000), Heard::kNothing));
  CHECK(judge.Look(Time(29'000), Heard::kReply) == Silence::kNone);
  CHECK_FALSE(StuckBetween(judge, Time(30'000), Time(59'000), Heard::kNothing));
  CHECK(judge.Look(Time(59'000), Heard::kNothing) == Silence::kStuck);
}

TEST_CASE("an engine that has never replied is the startup probe's concern") {
  StuckJudge judge(kAfter);
  judge.Started();
  CHECK_FALSE(StuckBetween(judge, Time(0), Time(600'000), Heard::kNothing));
  (void)judge.Look(Time(600'000), Heard::kReply);
  judge.Started();
  CHECK_FALSE(StuckBetween(judge, Time(601'000), Time(700'000), Heard::kNothing));
}

TEST_CASE("a time in which this program did not run proves nothing") {
  StuckJudge judge(kAfter);
  judge.Started();
  (void)judge.Look(Time(0), Heard::kReply);
  CHECK(judge.Look(Time(60'000), Heard::kNothing) ==
        Silence::kNone);  // both were frozen: thawed just now
  CHECK_FALSE(StuckBetween(judge, Time(61'000), Time(90'000), Heard::kNothing));
  CHECK(judge.Look(Time(90'000), Heard::kNothing) == Silence::kStuck);
}

TEST_CASE("an engine whose clients are paused is not stuck, however long it lasts") {
  StuckJudge judge(kAfter);
  judge.Started();
  (void)judge.Look(Time(1000), Heard::kReply);
  CHECK_FALSE(StuckBetween(judge, Time(2000), Time(31'000), Heard::kLoop));
  CHECK(judge.Look(Time(31'000), Heard::kLoop) == Silence::kPaused);
  CHECK_FALSE(StuckBetween(judge, Time(32'000), Time(600'000), Heard::kLoop));
  CHECK(judge.Look(Time(600'000), Heard::kLoop) == Silence::kPaused);
  CHECK(judge.Look(Time(601'000), Heard::kReply) == Silence::kNone);
}

TEST_CASE("a paused engine that gets stuck is ended, counted from the last sign of its loop") {
  StuckJudge judge(kAfter);
  judge.Started();
  (void)judge.Look(Time(0), Heard::kReply);
  CHECK_FALSE(StuckBetween(judge, Time(1000), Time(60'000), Heard::kLoop));
  CHECK_FALSE(StuckBetween(judge, Time(60'000), Time(89'000), Heard::kNothing));
  CHECK(judge.Look(Time(89'000), Heard::kNothing) == Silence::kStuck);
}

TEST_CASE("one sign of the loop among silent looks is enough") {
  StuckJudge judge(kAfter);
  judge.Started();
  (void)judge.Look(Time(0), Heard::kReply);
  for (Time now(1000); now < Time(600'000); now += kLook) {
    const Heard heard = now.count() % 29'000 == 0 ? Heard::kLoop : Heard::kNothing;
    // The word does not change with each look: one Event is enough.
    CHECK(judge.Look(now, heard) == (now < kAfter ? Silence::kNone : Silence::kPaused));
  }
}

TEST_CASE("a loop that turns is no first reply") {
  StuckJudge judge(kAfter);
  judge.Started();
  for (Time now(0); now < Time(90'000); now += kLook) {
    CHECK(judge.Look(now, Heard::kLoop) == Silence::kNone);
  }
}

TEST_CASE("the time is a value, and zero is never") {
  StuckJudge soon(Time(5000));
  (void)soon.Look(Time(0), Heard::kReply);
  CHECK(soon.Look(Time(4999), Heard::kNothing) == Silence::kNone);
  CHECK(soon.Look(Time(5000), Heard::kNothing) == Silence::kStuck);
  StuckJudge never(Time(0));
  (void)never.Look(Time(0), Heard::kReply);
  CHECK_FALSE(StuckBetween(never, Time(1000), Time(900'000), Heard::kNothing));
}

}  // namespace
}  // namespace bowline
