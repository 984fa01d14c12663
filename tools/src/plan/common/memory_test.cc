// maxmemory by the container's limit.

#include "plan/common/memory.h"

#include <catch2/catch_test_macros.hpp>

namespace bowline {
namespace {

constexpr std::int64_t kMebi = 1024 * 1024;
constexpr std::int64_t kGibi = 1024 * kMebi;

TEST_CASE("sizes are read as the engines read them") {
  CHECK(ParseMemory("100") == 100);
  CHECK(ParseMemory("100b") == 100);
  CHECK(ParseMemory("1k") == 1000);
  CHECK(ParseMemory("1Kb") == 1024);
  CHECK(ParseMemory("48MB") == 48 * kMebi);
  CHECK(ParseMemory("2gb") == 2 * kGibi);
  CHECK(ParseMemory("2g") == 2'000'000'000);
  for (const char* wrong :
       {"", "mb", "-1", "1tb", "1 mb", "99999999999gb", "99999999999999999999"}) {
    INFO(wrong);
    CHECK_FALSE(ParseMemory(wrong));
  }
}

TEST_CASE("without a limit there is no maxmemory, and the usual backlog") {
  CHECK(MemoryDirectives(std::nullopt, 70, {}) ==
        Directives{{"maxmemory", "0"}, {"repl-backlog-size", "67108864"}});
  CHECK(MemoryDirectives(kGibi, 0, {}).at("maxmemory") == "0");
}

TEST_CASE("maxmemory is a part of the container's limit, the backlog a part of that") {
  const Directives ours = MemoryDirectives(300 * kMebi, 70, {});
  CHECK(ours.at("maxmemory") == std::to_string(300 * kMebi / 100 * 70));
  CHECK(ours.at("repl-backlog-size") == std::to_string(300 * kMebi / 100 * 70 / 10));
  CHECK(MemoryDirectives(64 * kGibi, 70, {}).at("repl-backlog-size") == "67108864");
  CHECK(MemoryDirectives(10 * kMebi, 70, {}).at("repl-backlog-size") == "1048576");
}

TEST_CASE("what the user declares is left alone; the backlog follows a declared maxmemory") {
  CHECK(MemoryDirectives(kGibi, 70, {{"maxmemory", "48mb"}}) ==
        Directives{{"repl-backlog-size", std::to_string(48 * kMebi / 10)}});
  CHECK(MemoryDirectives(kGibi, 70, {{"maxmemory", "48mb"}, {"repl-backlog-size", "1mb"}}).empty());
}

TEST_CASE("a declared backlog that would take more than half of it: no maxmemory") {
  CHECK(MemoryDirectives(100 * kMebi, 70, {{"repl-backlog-size", "64mb"}}) ==
        Directives{{"maxmemory", "0"}});
  CHECK(MemoryDirectives(200 * kMebi, 70, {{"repl-backlog-size", "64mb"}}).at("maxmemory") != "0");
}

/// Of a primary that evicts nothing.
std::optional<std::int64_t> Next(std::int64_t now, std::int64_t wanted, std::int64_t used) {
  return NextMaxMemory({.now = now, .wanted = wanted, .used = used, .primary = true});
}

TEST_CASE("a larger limit holds at once, and so does none") {
  CHECK(Next(100, 200, 90) == 200);
  CHECK(Next(100, 0, 90) == 0);
  CHECK_FALSE(Next(100, 100, 300));
  CHECK_FALSE(Next(0, 0, 300));
}

TEST_CASE("without evictions maxmemory leaves room above what is used") {
  CHECK(Next(2000, 1000, 900) == 1000);
  CHECK(Next(2000, 1000, 1500) == 1650);
  CHECK_FALSE(Next(1650, 1000, 1480));  // a dip
  CHECK(Next(1650, 1000, 1300) == 1430);
  CHECK_FALSE(Next(1500, 1000, 1600));
  // The first one after a start with a dataset that is larger than it.
  CHECK(Next(0, 1000, 1500) == 1650);
  CHECK(Next(0, 1000, 500) == 1000);
}

TEST_CASE("a primary that has filled its maxmemory gets no more") {
  CHECK_FALSE(Next(1000, 1000, 1000));
  CHECK_FALSE(Next(1000, 1000, 2000));
}

TEST_CASE("with evictions it falls by a tenth in a minute") {
  MaxMemoryStep step{
      .now = 1000, .wanted = 500, .used = 990, .evicts = true, .primary = true, .since = kStepDown};
  CHECK(NextMaxMemory(step) == 900);
  step.since = kStepDown - std::chrono::milliseconds(1);
  CHECK_FALSE(NextMaxMemory(step));
  step.since = kStepDown;
  step.now = step.used = 520;
  CHECK(NextMaxMemory(step) == 500);
  // After a start nothing is evicted for it in one step.
  step.now = 0;
  step.used = 990;
  CHECK(NextMaxMemory(step) == 990);
}

TEST_CASE("a replica has what it needs to lead") {
  for (const bool evicts : {false, true}) {
    MaxMemoryStep step{.now = 1000, .wanted = 1000, .used = 500, .evicts = evicts};
    CHECK_FALSE(NextMaxMemory(step));
    step.used = 2000;
    CHECK(NextMaxMemory(step) == 2200);
    step.now = 2200;
    CHECK_FALSE(NextMaxMemory(step));
    step.used = 100;
    CHECK(NextMaxMemory(step) == 1000);
  }
}

}  // namespace
}  // namespace bowline
