#include "sys/thread_root.h"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <stdexcept>

#include "sys/parallel.h"
#include "testing/sys.h"

namespace bowline {
namespace {

TEST_CASE("a thread that throws runs again, and ends when it is told to") {
  std::atomic<int> runs = 0;
  {
    const std::jthread thread = StartThread("test", [&](const std::stop_token& stop) {
      if (++runs == 1) throw std::runtime_error("once");
      while (!stop.stop_requested()) (void)testing::Soon().Sleep(Milliseconds(1));
    });
    CHECK(testing::Eventually([&] { return runs == 2; }));
  }
  CHECK(runs == 2);
}

TEST_CASE("what is no exception of the library is caught as well") {
  CHECK_FALSE(Caught("test", [] { throw 7; }));
  CHECK(Caught("test", [] {}));
}

TEST_CASE("side by side: one that throws keeps no other one from its answer") {
  std::atomic<int> done = 0;
  Parallel(20, 8, [&](std::size_t i) {
    if (i % 5 == 0) throw std::runtime_error("a fifth of them");
    ++done;
  });
  CHECK(done == 16);
}

}  // namespace
}  // namespace bowline
