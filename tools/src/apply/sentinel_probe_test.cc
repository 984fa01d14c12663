// What a look at a real sentinel tells.

#include "apply/sentinel/sentinel_probe.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "testing/apply.h"

namespace bowline {
namespace {

using testing::Soon;

constexpr Milliseconds kAtOnce{0};

struct Watching {
  std::string program = GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER);
  testing::Engine primary{program};
  testing::Sentinel sentinel{
      program, testing::kSentinel0, {.ip = testing::Engine::kIp, .port = primary.port()}};
  SentinelProbe probe{sentinel.port(), {}, "mymaster", kAtOnce};

  SentinelSnapshot Look() {
    const auto taken = probe.Take(Soon());
    INFO(taken.engine.problem);
    REQUIRE(taken.sentinel);
    REQUIRE(taken.sentinel->answers);
    return *taken.sentinel;
  }
};

TEST_CASE("a sentinel that cannot save says so, until it can") {
  Watching set;
  CHECK(set.Look().unsaved.empty());
  set.sentinel.LoseFolder();
  CHECK(set.Look().unsaved.contains("Failed to save config file"));
  set.sentinel.FindFolder();
  CHECK(set.Look().unsaved.empty());
}

TEST_CASE("a named server that says it is a replica") {
  Watching set;
  CHECK_FALSE(set.Look().primary_denies);
  REQUIRE(set.primary.Connect().ReplicaOf({.ip = testing::Engine::kIp, .port = 1}, Soon()));
  CHECK(testing::Eventually([&] { return set.Look().primary_denies; }));
}

TEST_CASE("the primary is known by its address of the start and by its present one") {
  Watching set;
  CHECK_FALSE(set.Look().primary);
  const Endpoint here{.ip = testing::Engine::kIp, .port = set.primary.port()};
  set.probe.SetAddresses(
      {{testing::kServer0, here}, {testing::kServer1, {.ip = "10.96.0.2", .port = 6379}}});
  CHECK(set.Look().primary == testing::kServer0);
  set.probe.SetMoved({{testing::kServer0, {.ip = "10.96.0.1", .port = 6379}}});
  CHECK(set.Look().primary == testing::kServer0);  // not yet started anew
  set.probe.SetMoved({{testing::kServer1, here}});
  CHECK(set.Look().primary == testing::kServer1);
}

}  // namespace
}  // namespace bowline
