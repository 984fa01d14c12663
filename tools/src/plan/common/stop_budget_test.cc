// One budget for the preStop hook and SIGTERM.

#include "plan/common/stop_budget.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("what is left for a handover at SIGTERM") {
  struct Row {
    const char* what;
    StopInput input;
    milliseconds handover;
    const char* why;
  };
  for (const Row& row : {
           Row{"no hook has run", {.grace = seconds(60)}, seconds(50), "no preStop hook"},
           Row{"no hook, a short grace period", {.grace = seconds(12)}, seconds(5), "no preStop"},
           Row{"the hook was killed after 2 s",
               {.grace = seconds(60), .since_hook = seconds(2)},
               seconds(48),
               "left of 50000 ms"},
           Row{"the hook has used all",
               {.grace = seconds(60), .since_hook = seconds(50)},
               seconds(0),
               "has used the 50000 ms"},
           Row{"the hook has overrun: never negative",
               {.grace = seconds(60), .since_hook = seconds(59)},
               seconds(0),
               "has used"},
           Row{"the hook found that nobody can confirm a handover: known at once",
               {.grace = seconds(60),
                .since_hook = seconds(3),
                .since_settled = milliseconds(200),
                .settled = "no majority of sentinels"},
               seconds(0),
               "no majority of sentinels"},
           Row{"that was long ago: it may be otherwise now",
               {.grace = seconds(60),
                .since_hook = seconds(20),
                .since_settled = seconds(17),
                .settled = "no majority of sentinels"},
               seconds(30),
               "left of"},
           Row{"the hook is of another stop",
               {.grace = seconds(60),
                .since_hook = seconds(3600),
                .since_settled = milliseconds(10),
                .settled = "handed over"},
               seconds(50),
               "no preStop hook"},
       }) {
    CAPTURE(row.what);
    const StopBudget budget = PlanStop(row.input);
    CHECK(budget.handover == row.handover);
    CHECK_THAT(budget.why, ContainsSubstring(row.why));
  }
}

TEST_CASE("hook and SIGTERM together leave the engine its 10 s") {
  for (int grace = 15; grace <= 600; grace += 5) {
    for (int hook = 0; hook <= grace; ++hook) {
      const StopBudget budget = PlanStop({.grace = seconds(grace), .since_hook = seconds(hook)});
      CHECK(budget.handover >= seconds(0));
      if (budget.handover > seconds(0)) {
        CHECK(seconds(hook) + budget.handover + kShutdown <= seconds(grace));
      }
    }
  }
}

TEST_CASE("an obstacle that stays ends a handover before its time") {
  CHECK_FALSE(GivesUp(Obstacle::kNone, seconds(50)));
  CHECK(GivesUp(Obstacle::kNoCandidate, seconds(0)));
  for (const Obstacle passing : {Obstacle::kNoAnswer, Obstacle::kSyncing, Obstacle::kNoMajority}) {
    CHECK_FALSE(GivesUp(passing, milliseconds(2'999)));
    CHECK(GivesUp(passing, seconds(3)));
  }
}

}  // namespace
}  // namespace bowline
