// With real engines.

#include "apply/common/role_watch.h"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "testing/resp.h"

namespace bowline {
namespace {

using testing::Engine;
using testing::Eventually;
using testing::Soon;

TEST_CASE("a role that changes is told at once, and only then") {
  const Engine engine(GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER));
  std::atomic<int> changes = 0;
  Lane lane("role");
  RoleWatch watch(lane, engine.port(), {}, true, [&] { ++changes; });
  (void)Soon().Sleep(Milliseconds(500));
  CHECK(changes == 0);
  RespClient client = engine.Connect();
  auto began = std::chrono::steady_clock::now();
  // It ends the watch's connection as well.
  REQUIRE(client.StepBack({.ip = "127.0.0.1", .port = 1, .bus_port = 0}, {"default"}, Soon()));
  REQUIRE(Eventually([&] { return changes == 1; }));
  CHECK(Since(began) < Milliseconds(400));
  began = std::chrono::steady_clock::now();
  REQUIRE(client.ReplicaOfNobody(Soon()));
  REQUIRE(Eventually([&] { return changes == 2; }));
  CHECK(Since(began) < Milliseconds(400));
  (void)Soon().Sleep(Milliseconds(500));
  CHECK(changes == 2);
}

TEST_CASE("an engine that is not there is no change, and holds nobody up") {
  std::atomic<int> changes = 0;
  {
    Lane lane("role");
    RoleWatch watch(lane, testing::FreePort(), {}, true, [&] { ++changes; });
    (void)Soon().Sleep(Milliseconds(500));
  }
  CHECK(changes == 0);
}

}  // namespace
}  // namespace bowline
