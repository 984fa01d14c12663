#include "plan/common/declared_volume.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/model.h"

namespace bowline {
namespace {

using testing::TestIdentity;

struct Start {
  Layout layout;
  std::string engine = "redis";
  std::string mode = "cluster";
  VolumeFacts volume;
  [[nodiscard]] std::string Reason() const {
    return AgainstDeclared(volume, {.layout = layout, .engine = engine, .mode = mode}).value_or("");
  }
};

/// A member's volume of a cluster of so many shards.
Start OfCluster(int shards) {
  Start start;
  const Layout before{.shards = shards, .replicas_per_shard = 1};
  start.volume.state.identity = TestIdentity();
  const auto conf =
      SeedNodesConf(before, TestIdentity(), testing::Addresses(before, "10.0."), MemberName{});
  REQUIRE(conf);
  start.volume.conf = *conf;
  return start;
}

TEST_CASE("slots of shards that are not declared any more are refused") {
  Start start = OfCluster(5);
  start.layout.shards = 5;
  CHECK(start.Reason().empty());
  start.layout.shards = 6;
  CHECK(start.Reason().empty());
  start.layout.shards = 3;
  CHECK(start.Reason().starts_with("by nodes.conf shard 3 holds slots, and 3 shards are declared"));
  SECTION("unless they were moved away") {
    for (NodeLine& line : start.volume.conf->lines) {
      if (line.id == TestIdentity().NodeIdOf({.shard = 3, .ordinal = 0}) ||
          line.id == TestIdentity().NodeIdOf({.shard = 4, .ordinal = 0})) {
        line.slots.clear();
      }
    }
    CHECK(start.Reason().empty());
  }
  SECTION("also when a replica has come to lead that shard") {
    for (NodeLine& line : start.volume.conf->lines) {
      if (line.id == TestIdentity().NodeIdOf({.shard = 3, .ordinal = 0})) {
        line.id = TestIdentity().NodeIdOf({.shard = 3, .ordinal = 1});
      }
    }
    CHECK(start.Reason().contains("cluster.shards=4 or more"));
  }
}

TEST_CASE("a node that somebody has added by hand is no undeclared shard") {
  Start start = OfCluster(3);
  start.layout.shards = 3;
  start.volume.conf->lines.back().id = Identity{}.NodeIdOf({.shard = 7, .ordinal = 0});
  start.volume.conf->lines.back().slots = start.volume.conf->lines.front().slots;
  CHECK(start.Reason().empty());
}

TEST_CASE("a volume of another engine or mode is refused, when it tells") {
  Start start;
  start.layout = Layout::Sentinel(3, 3);
  start.mode = "sentinel";
  CHECK(start.Reason().empty());
  start.volume.state.engine = "redis";
  start.volume.state.mode = "sentinel";
  CHECK(start.Reason().empty());
  SECTION("engine") {
    start.engine = "valkey";
    CHECK(start.Reason().contains("set engine=redis again"));
  }
  SECTION("from sentinel to standalone") {
    start.mode = "standalone";
    CHECK(start.Reason().contains("set mode=sentinel again"));
  }
  SECTION("from standalone to sentinel") {
    start.volume.state.mode = "standalone";
    CHECK(start.Reason().empty());
  }
}

TEST_CASE("engine and mode stand in the state file, which an earlier version wrote without them") {
  VolumeState state{.identity = TestIdentity(), .member = "server-0"};
  state.engine = "valkey";
  state.mode = "standalone";
  CHECK(*ParseVolumeState(PrintVolumeState(state)) == state);
  std::string older = PrintVolumeState({.identity = TestIdentity(), .member = "server-0"});
  CHECK_FALSE(older.contains("engine"));
  CHECK(ParseVolumeState(older)->mode.empty());
}

}  // namespace
}  // namespace bowline
