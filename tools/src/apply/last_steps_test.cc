// What holds of an engine that is killed while it is being stopped.

#include "apply/common/last_steps.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstdlib>

#include "apply/common/volume_io.h"
#include "plan/common/sync_proof.h"
#include "testing/resp.h"

namespace bowline {
namespace {

using testing::Engine;
using testing::Eventually;
using testing::Soon;
using testing::TempFolder;

/// Engines that are started meanwhile have a disk that can be made busy.
class BusyDisk {
 public:
  BusyDisk() {
    ::setenv("LD_PRELOAD", BOWLINE_SLOW_SYNC_LIBRARY, 1);
    ::setenv("BOWLINE_SLOW_SYNC", (folder_ / "busy").c_str(), 1);
  }
  BusyDisk(const BusyDisk&) = delete;
  BusyDisk& operator=(const BusyDisk&) = delete;
  ~BusyDisk() {
    ::unsetenv("LD_PRELOAD");
    ::unsetenv("BOWLINE_SLOW_SYNC");
  }
  void Begin() const { testing::Spill(folder_ / "busy", ""); }
  void End() const { std::filesystem::remove(folder_ / "busy"); }

 private:
  TempFolder folder_;
};

TEST_CASE("a write that is acknowledged in the stop outlives a kill while the disk is busy") {
  const BusyDisk disk;
  Engine engine(GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER),
                {"--appendonly", "yes", "--appendfsync", "everysec"});
  RespClient client = engine.Connect();
  disk.Begin();
  for (int i = 0; i < 12; ++i) {  // within a second a sync begins, and goes on for 5 s
    REQUIRE(client.Ask({"INCR", "writes"}, Soon()));
    (void)Soon().Sleep(Milliseconds(100));
  }
  const bool kept = GENERATE(true, false);
  if (kept) REQUIRE(WriteThrough(client, Soon()));
  REQUIRE(client.Ask({"SET", "last", "value"}, Soon()));
  engine.Kill();
  disk.End();
  engine.Start();
  RespClient again = engine.Connect();
  REQUIRE(Eventually([&] {  // it loads
    const auto info = again.Info(Soon());
    return info && !info->loading;
  }));
  CHECK(again.Ask({"GET", "last"}, Soon())->text == (kept ? "value" : ""));
}

TEST_CASE("another appendfsync stays as it is") {
  const std::string value = GENERATE("always", "no");
  const Engine engine(BOWLINE_REDIS_SERVER, {"--appendfsync", value});
  RespClient client = engine.Connect();
  CHECK(WriteThrough(client, Soon()));
  CHECK(client.ConfigGet({"appendfsync"}, Soon())->at("appendfsync") == value);
}

/// What stands in the volume's position.
ReplicationPosition PositionOn(const TempFolder& volume) {
  const auto files = ReadVolume(volume.path());
  REQUIRE((files && files->position));
  return *ParsePosition(*files->position);
}

// All engines of these tests have one address.
const MemberName kFollower{.shard = 0, .ordinal = 1};
const AddressBook kBook{{kFollower, {.ip = Engine::kIp, .port = 0}}};

TEST_CASE("the last position tells where the engine ends, and no look that was late changes it") {
  const std::string program = GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER);
  const Engine primary(program);
  const Engine replica(program, {"--replicaof", Engine::kIp, std::to_string(primary.port())});
  const TempFolder volume;
  PositionKeeper positions(volume.path());
  RespClient client = primary.Connect();
  REQUIRE(Eventually([&] {
    const auto info = client.Info(Soon());
    return info && !ReplicasInSync(*info, kBook).empty();
  }));
  const EngineInfo early = *client.Info(Soon());
  positions.Save(early, 7, kBook);
  REQUIRE(client.Ask({"SET", "key", "value"}, Soon()));

  REQUIRE(NoteEnd(client, positions, kBook, Soon()));
  const ReplicationPosition last = PositionOn(volume);
  CHECK(last.offset > early.offset);
  CHECK(last.offset == client.Info(Soon())->offset);
  CHECK(last.epoch == 7);
  CHECK(last.in_sync == std::vector<MemberName>{kFollower});
  positions.Save(early, 7, kBook);
  CHECK(PositionOn(volume) == last);
  // A write that comes now is not acknowledged.
  RespClient late = primary.Connect();
  CHECK_FALSE(late.Ask({"SET", "key", "late"}, Deadline::In(Milliseconds(300))));
}

TEST_CASE(
    "a replica that has lost its primary, and a member that was never looked at, keep theirs") {
  const Engine primary(BOWLINE_REDIS_SERVER);
  const TempFolder volume;
  const ReplicationPosition position{.replication_id = "history", .offset = 100, .epoch = 3};
  SavePosition(volume.path(), position);
  PositionKeeper positions(volume.path());
  RespClient client = primary.Connect();
  SECTION("never looked at") { REQUIRE(NoteEnd(client, positions, kBook, Soon())); }
  SECTION("its link is down") {
    REQUIRE(client.ReplicaOf({.ip = Engine::kIp, .port = testing::FreePort()}, Soon()));
    positions.Save(*client.Info(Soon()), 4, {});
    REQUIRE(NoteEnd(client, positions, kBook, Soon()));
  }
  CHECK(PositionOn(volume) == position);
}

}  // namespace
}  // namespace bowline
