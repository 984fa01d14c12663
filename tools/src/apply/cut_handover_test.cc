// A note that was left behind by a handover which was cut off.

#include "apply/sentinel/cut_handover.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "apply/common/lanes.h"
#include "apply/common/volume_io.h"
#include "testing/plan/running_cluster.h"
#include "testing/resp.h"

namespace bowline {
namespace {

using testing::Engine;
using testing::ServerName;
using testing::Soon;

TEST_CASE("a handover of which nothing came: the note goes, writes go on, replicas are asked for") {
  const Engine engine(GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER));
  const testing::TempFolder volume;
  const PodEnv pod;
  Lanes lanes;
  EventSink events(lanes.api, pod, false);
  CutHandover cut(volume.path(), engine.port(), {}, events);
  REQUIRE(SaveHandoverNote(volume.path(), {.to = ServerName(1), .epoch = 5, .min_replicas = 1}));
  RespClient client = engine.Connect();
  REQUIRE(client.PauseWrites(Milliseconds(60'000), Soon()));
  bool settled = false;
  SECTION("this member leads") {
    cut.Look(true, 4, Milliseconds(100));
    CHECK(LoadHandoverNote(volume.path()));
    (void)Soon().Sleep(Milliseconds(110));
    cut.Look(true, 4, Milliseconds(100));
    settled = true;
  }
  SECTION("not all the time") {
    cut.Look(true, 4, Milliseconds(100));
    (void)Soon().Sleep(Milliseconds(110));
    cut.Look(false, 4, Milliseconds(100));
    cut.Look(true, 4, Milliseconds(100));
  }
  SECTION("it leads in a later epoch: the note is an old one") {
    cut.Look(true, 5, Milliseconds(0));
  }
  CHECK(LoadHandoverNote(volume.path()).has_value() != settled);
  CHECK(client.ConfigGet({kMinReplicasToWrite}, Soon())->at(kMinReplicasToWrite) ==
        (settled ? "1" : "0"));
  if (settled) REQUIRE(client.ConfigSet(kMinReplicasToWrite, "0", Soon()));
  RespClient writer = engine.Connect();
  CHECK(writer.Ask({"SET", "key", "value"}, Deadline::In(Milliseconds(300))).has_value() ==
        settled);
}

}  // namespace
}  // namespace bowline
