// Steps on a lane: by threads of the real clock, and by a caller with a clock of its own.

#include "runtime/lane.h"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <vector>

#include "testing/sys.h"

namespace bowline {
namespace {

using testing::Eventually;
using testing::Logged;
using testing::Soon;

constexpr Milliseconds kPeriod{10};

TEST_CASE("a step is called at once, and again after what it says") {
  Lane lane("test");
  std::atomic<int> calls = 0;
  const Step step(lane, "one", [&] {
    ++calls;
    return kPeriod;
  });
  CHECK(Eventually([&] { return calls >= 5; }));
}

TEST_CASE("a step that waits to be woken runs once for what has come meanwhile") {
  Lane lane("test");
  std::atomic<int> calls = 0;
  std::atomic<bool> held = true;
  Step step(lane, "one", [&] {
    ++calls;
    while (held) (void)Soon().Sleep(Milliseconds(1));
    return kUntilWoken;
  });
  REQUIRE(Eventually([&] { return calls == 1; }));
  for (int i = 0; i < 10; ++i) step.Wake();
  held = false;
  REQUIRE(Eventually([&] { return calls == 2; }));
  (void)Soon().Sleep(Milliseconds(100));
  CHECK(calls == 2);
  step.Wake();
  CHECK(Eventually([&] { return calls == 3; }));
}

TEST_CASE("a step is woken in the middle of a long wait") {
  Lane lane("test");
  std::atomic<int> calls = 0;
  Step step(lane, "one", [&] {
    ++calls;
    return Milliseconds(60'000);
  });
  REQUIRE(Eventually([&] { return calls == 1; }));
  const auto woken = std::chrono::steady_clock::now();
  step.Wake();
  REQUIRE(Eventually([&] { return calls == 2; }));
  CHECK(Since(woken) < Milliseconds(2000));
}

TEST_CASE("what one step throws is told, and ends neither it nor the others") {
  std::atomic<int> failed = 0;
  std::atomic<int> others = 0;
  const std::string log = Logged([&] {
    Lane lane("test");
    const Step bad(lane, "the bad one", [&]() -> Milliseconds {
      ++failed;
      throw std::runtime_error("no memory");
    });
    const Step good(lane, "the good one", [&] {
      ++others;
      return kPeriod;
    });
    CHECK(Eventually([&] { return others >= 5; }));
    CHECK(Eventually([&] { return failed == 2; }));
  });
  CHECK(log.contains("the bad one"));
  CHECK(log.contains("no memory"));
}

TEST_CASE("a step's end waits for its own call, and for no other one") {
  Lane lane("test");
  std::atomic<bool> hangs = false;
  std::atomic<bool> released = false;
  std::optional<Step> waiting;
  waiting.emplace(lane, "waits", [] { return Milliseconds(60'000); });
  std::optional<Step> hanging;
  hanging.emplace(lane, "hangs", [&] {
    hangs = true;
    while (!released) (void)Soon().Sleep(Milliseconds(1));
    return Milliseconds(0);
  });
  REQUIRE(Eventually([&] { return hangs.load(); }));
  const auto start = std::chrono::steady_clock::now();
  waiting.reset();
  CHECK(Since(start) < Milliseconds(2000));
  const std::jthread later([&] {
    (void)Soon().Sleep(Milliseconds(100));
    released = true;
  });
  hanging.reset();
  CHECK(released);
}

TEST_CASE("the steps of a lane that is held end with the one call that runs") {
  Lane lane("test");
  std::atomic<int> calls = 0;
  const auto body = [&] {
    ++calls;
    (void)Soon().Sleep(Milliseconds(400));
    return Milliseconds(0);
  };
  std::optional<Step> one;
  std::optional<Step> two;
  std::optional<Step> three;
  one.emplace(lane, "one", body);
  two.emplace(lane, "two", body);
  three.emplace(lane, "three", body);
  REQUIRE(Eventually([&] { return calls >= 1; }));
  lane.Hold(true);
  (void)Soon().Sleep(Milliseconds(50));  // one that had just begun is counted
  const int before = calls;
  for (auto* step : {&one, &two, &three}) step->reset();
  CHECK(calls == before);
  const Step four(lane, "four", body);
  (void)Soon().Sleep(Milliseconds(100));
  CHECK(calls == before);
  lane.Hold(false);
  CHECK(Eventually([&] { return calls > before; }));
}

TEST_CASE("a lane ends at once, also in the middle of a long wait") {
  const auto start = std::chrono::steady_clock::now();
  {
    Lane lane("test");
    const Step step(lane, "one", [] { return Milliseconds(60'000); });
  }
  {
    const Lane idle("idle");
  }
  CHECK(Since(start) < Milliseconds(2000));
}

TEST_CASE("a step that is always due leaves the others their turn") {
  Lane lane("test");
  std::atomic<int> others = 0;
  const Step busy(lane, "busy", [] { return Milliseconds(0); });
  const Step other(lane, "other", [&] {
    ++others;
    return Milliseconds(1);
  });
  CHECK(Eventually([&] { return others >= 20; }));
}

TEST_CASE("the thread of a lane has its name") {
  Lane lane("engine");
  std::atomic<bool> named = false;
  const Step step(lane, "looks at its name", [&] {
    std::ifstream file("/proc/thread-self/comm");
    std::string name;
    std::getline(file, name);
    named = name == "engine";
    return kUntilWoken;
  });
  CHECK(Eventually([&] { return named.load(); }));
}

TEST_CASE("a caller with its own clock runs the same steps, in the order of their times") {
  Lane lane("virtual", Lane::Driver::kCaller);
  std::vector<std::string> calls;
  const Step fast(lane, "fast", [&] {
    calls.emplace_back("fast");
    return Milliseconds(100);
  });
  Step woken(lane, "woken", [&] {
    calls.emplace_back("woken");
    return kUntilWoken;
  });
  CHECK(lane.RunDue(Milliseconds(0)) == Milliseconds(100));
  CHECK(calls == std::vector<std::string>{"fast", "woken"});
  CHECK(lane.RunDue(Milliseconds(99)) == Milliseconds(100));
  woken.Wake();
  CHECK(lane.RunDue(Milliseconds(100)) == Milliseconds(200));
  CHECK(calls == std::vector<std::string>{"fast", "woken", "woken", "fast"});
}

}  // namespace
}  // namespace bowline
