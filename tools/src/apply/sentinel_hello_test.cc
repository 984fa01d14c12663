// The questions to an installation's sentinels, against real ones.

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "apply/sentinel/hello.h"
#include "testing/apply.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;

TEST_CASE("a sentinel that gives no answer does not cost the answers of the others") {
  const std::string program = GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER);
  testing::SetKnowledge set(Layout::Sentinel(3, 3));
  const Endpoint& primary = set.addresses.at(testing::kServer1);
  const testing::Sentinel frozen(program, testing::kSentinel0, primary);
  const testing::Sentinel first(program, testing::kSentinel1, primary);
  const testing::Sentinel second(program, testing::kSentinel2, primary);
  frozen.Freeze();
  // The answer of another node comes a while after the question, never in the same instant.
  const testing::LongWay to_first(first.port(), Milliseconds(50));
  const testing::LongWay to_second(second.port(), Milliseconds(50));
  set.addresses[testing::kSentinel0].port = frozen.port();
  set.addresses[testing::kSentinel1].port = to_first.port();
  set.addresses[testing::kSentinel2].port = to_second.port();

  const auto start = std::chrono::steady_clock::now();
  const AskedSentinels asked = AskSentinelProcesses(set.Context(), testing::Soon());
  CHECK(Since(start) < testing::kLong / 4);
  CHECK_THAT(asked.failures, ContainsSubstring(std::to_string(frozen.port())));
  CAPTURE(asked.failures);
  REQUIRE(asked.all.size() == 2);
  CHECK(asked.all[0].member == testing::kSentinel1);
  CHECK(asked.all[1].member == testing::kSentinel2);
  for (const AskedSentinel& one : asked.all) CHECK(one.view.primary == testing::kServer1);
}

}  // namespace
}  // namespace bowline
