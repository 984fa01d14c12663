#include "sys/deadline.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "sys/env.h"
#include "sys/parallel.h"

namespace bowline {
namespace {

using Catch::Matchers::Matches;
using std::chrono::steady_clock;

TEST_CASE("a deadline runs down to zero, never below") {
  const Deadline deadline = Deadline::In(Milliseconds(30));
  CHECK(deadline.Left() <= Milliseconds(30));
  CHECK_FALSE(deadline.Passed());
  CHECK_FALSE(deadline.Sleep(Milliseconds(60'000)));  // until the deadline, not for a minute
  CHECK(deadline.Passed());
  CHECK(deadline.Left() == Milliseconds(0));
  CHECK(Deadline::In(Milliseconds(-5)).Left() == Milliseconds(0));
  CHECK(Deadline::In(Milliseconds(0)).Passed());
}

TEST_CASE("a short sleep within a long deadline") {
  const auto start = steady_clock::now();
  CHECK(Deadline::In(Milliseconds(60'000)).Sleep(Milliseconds(20)));
  CHECK(Since(start) >= Milliseconds(20));
}

TEST_CASE("a part never outlives the whole") {
  const Deadline whole = Deadline::In(Milliseconds(1000));
  CHECK(whole.Within(Milliseconds(60'000)).Left() <= Milliseconds(1000));
  CHECK(whole.Within(Milliseconds(10)).Left() <= Milliseconds(10));
  CHECK(Deadline::In(Milliseconds(0)).Within(Milliseconds(1000)).Passed());
}

TEST_CASE("times as text") {
  CHECK_THAT(Rfc3339Now(), Matches(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"));
  CHECK_THAT(Rfc3339Seconds(), Matches(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"));
  CHECK(Rfc3339In(std::chrono::seconds(3600)) > Rfc3339Seconds());
  CHECK(UnixSeconds() > 1'700'000'000);
}

TEST_CASE("the environment: unset and empty are the same") {
  ::setenv("BOWLINE_TEST_VARIABLE", "value", 1);
  CHECK(EnvOr("BOWLINE_TEST_VARIABLE", "other") == "value");
  ::setenv("BOWLINE_TEST_VARIABLE", "", 1);
  CHECK(EnvOr("BOWLINE_TEST_VARIABLE", "other") == "other");
  ::unsetenv("BOWLINE_TEST_VARIABLE");
  CHECK(EnvOr("BOWLINE_TEST_VARIABLE", "other") == "other");
  ::setenv("POD_NAME", "demo-shard-0-1", 1);
  ::setenv("POD_IP", "10.0.0.7", 1);
  CHECK(ReadPodEnv().name == "demo-shard-0-1");
  CHECK(ReadPodEnv().ip == "10.0.0.7");
  ::unsetenv("POD_NAME");
  ::unsetenv("POD_IP");
  CHECK(ReadPodEnv().name.empty());
}

TEST_CASE("side by side: every index once, at most so many at a time") {
  for (const std::size_t count : {0U, 1U, 3U, 100U}) {
    std::vector<std::atomic<int>> calls(count);
    std::atomic<int> now = 0;
    std::atomic<int> most = 0;
    Parallel(count, 4, [&](std::size_t i) {
      const int running = ++now;
      int seen = most;
      while (running > seen && !most.compare_exchange_weak(seen, running)) {
      }
      std::this_thread::sleep_for(Milliseconds(1));
      ++calls[i];
      --now;
    });
    CHECK(std::ranges::all_of(calls, [](const auto& n) { return n == 1; }));
    CHECK(most <= 4);
  }
}

TEST_CASE("one slow peer does not delay the others") {
  const auto start = steady_clock::now();
  std::atomic<int> late = 0;
  Parallel(8, 8, [&](std::size_t i) {
    if (i == 0) std::this_thread::sleep_for(Milliseconds(400));
    if (i != 0 && Since(start) > Milliseconds(300)) ++late;
  });
  CHECK(late == 0);
}

}  // namespace
}  // namespace bowline
