// What is kept at an API server: calls that are under way for as long as the test wants.

#include "apply/common/newest_sender.h"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "apply/common/lanes.h"
#include "testing/sys.h"

namespace bowline {
namespace {

using testing::Eventually;
using testing::Soon;

constexpr Milliseconds kNoPace{0};
constexpr Milliseconds kTimeout{2000};

/// Calls to an API server.
class Calls {
 public:
  NewestSender<int>::Send Take() {
    return [this](int value, Deadline deadline) -> Status {
      {
        const std::scoped_lock lock(mutex_);
        values_.push_back(value);
      }
      while (hang && deadline.Sleep(Milliseconds(1))) continue;
      if (hang) return Fail(Code::kDeadlineExceeded, "no answer");
      return {};
    };
  }
  std::vector<int> values() {
    const std::scoped_lock lock(mutex_);
    return values_;
  }
  std::atomic<bool> hang = false;

 private:
  std::mutex mutex_;
  std::vector<int> values_;
};

TEST_CASE("an urgent value does not wait for an ordinary call that hangs") {
  Lanes lanes;
  Calls ordinary;
  Calls urgent;
  ordinary.hang = true;
  NewestSender<int> event(lanes.api, "an Event", kNoPace, kTimeout, ordinary.Take());
  NewestSender<int> label(lanes.urgent, "a label", kNoPace, kTimeout, urgent.Take());
  event.Set(1);
  REQUIRE(Eventually([&] { return ordinary.values().size() == 1; }));
  const auto start = std::chrono::steady_clock::now();
  label.Set(1);
  REQUIRE(Eventually([&] { return urgent.values().size() == 1; }));
  CHECK(Since(start) < Milliseconds(500));
  CHECK(ordinary.values().size() == 1);
}

TEST_CASE("of values that come during a call only the newest is sent") {
  Lanes lanes;
  Calls calls;
  calls.hang = true;
  NewestSender<int> sender(lanes.api, "a value", kNoPace, kTimeout, calls.Take());
  sender.Set(0);
  REQUIRE(Eventually([&] { return calls.values().size() == 1; }));
  for (int i = 1; i <= 100; ++i) sender.Set(i);
  calls.hang = false;
  REQUIRE(Eventually([&] { return calls.values().size() == 2; }));
  (void)Soon().Sleep(Milliseconds(200));
  CHECK(calls.values() == std::vector<int>{0, 100});
}

TEST_CASE("a flush does not wait for what else hangs on the lane") {
  Lanes lanes;
  Calls other;
  Calls calls;
  other.hang = true;
  NewestSender<int> hanging(lanes.api, "hangs", kNoPace, Milliseconds(10'000), other.Take());
  NewestSender<int> sender(lanes.api, "a value", kNoPace, kTimeout, calls.Take());
  hanging.Set(1);
  REQUIRE(Eventually([&] { return other.values().size() == 1; }));
  sender.Set(7);
  const auto start = std::chrono::steady_clock::now();
  sender.Flush(Soon());
  CHECK(Since(start) < Milliseconds(2000));
  CHECK(calls.values() == std::vector<int>{7});
  other.hang = false;
  (void)Soon().Sleep(Milliseconds(200));
  CHECK(calls.values() == std::vector<int>{7});  // not once more by the lane
}

TEST_CASE("a flush ends at its deadline, and the sender with its own call") {
  Lanes lanes;
  Calls calls;
  calls.hang = true;
  const auto start = std::chrono::steady_clock::now();
  {
    NewestSender<int> sender(lanes.api, "a value", kNoPace, kTimeout, calls.Take());
    sender.Set(1);
    sender.Flush(Deadline::In(Milliseconds(200)));
    CHECK(Since(start) < Milliseconds(1500));
  }
  CHECK(Since(start) < Milliseconds(4000));
}

TEST_CASE("a call that throws is one that has failed") {
  Lanes lanes;
  std::atomic<int> calls = 0;
  NewestSender<int> sender(lanes.api, "a value", kNoPace, kTimeout, [&](int, Deadline) -> Status {
    if (++calls == 1) throw std::runtime_error("no memory");
    return {};
  });
  sender.Set(1);
  CHECK(Eventually([&] { return calls == 2; }));
}

}  // namespace
}  // namespace bowline
