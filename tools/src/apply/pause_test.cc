// `bowline pause` at a fake Kubernetes API: testing/kube.h.

#include "apply/common/pause.h"

#include <catch2/matchers/catch_matchers_string.hpp>

#include "apply/common/engine_probe.h"
#include "apply/common/lanes.h"
#include "testing/kube.h"
#include "testing/model.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::Eventually;
using testing::FakeCluster;
using testing::FreePort;
using testing::Logged;
using testing::Soon;

constexpr std::chrono::seconds kHour{3600};

Settings WithRecord() {
  Settings settings;
  settings.name_space = "ns";
  settings.record = "record";
  return settings;
}

/// A member that reads the record.
struct Member {
  Settings settings = WithRecord();
  EngineProbe probe{"127.0.0.1", FreePort(), {}, false};
  Lanes lanes;
  LiveState live{lanes.engine, Report{.member = testing::ServerName(0)}, settings.layout, probe};
  EventSink events{lanes.api, {}, false};
  LiveSettings used{settings, {}, {}};
  PauseWatch watch{lanes.api, used, live, events};
};

TEST_CASE("a pause is seen without a restart, and so is its end") {
  const FakeCluster cluster;
  const std::string log = Logged([&] {
    Member member;
    CHECK_FALSE(member.live.Paused());
    const auto pause = Pause(member.settings, kHour);
    REQUIRE(pause);
    const auto began = std::chrono::steady_clock::now();
    REQUIRE(Eventually([&] { return member.live.Paused(); }));
    CHECK(Since(began) < Milliseconds(5000));
    CHECK(member.live.Last().pause == *pause);
    REQUIRE(Resume(member.settings));
    REQUIRE(Eventually([&] { return !member.live.Paused(); }));
    REQUIRE(Eventually([&] { return !member.live.Last().pause; }));
  });
  CHECK_THAT(log,
             ContainsSubstring("Paused") && ContainsSubstring("bowline resume ends the pause"));
  CHECK_THAT(log, ContainsSubstring("PauseEnded") && ContainsSubstring("by bowline resume"));
}

TEST_CASE("a pause ends by itself, also while nobody can be asked") {
  FakeCluster cluster;
  const std::string log = Logged([&] {
    REQUIRE(Pause(WithRecord(), std::chrono::seconds(6)));
    Member member;
    REQUIRE(Eventually([&] { return member.live.Paused(); }));
    cluster.Kill();
    REQUIRE(Eventually([&] { return !member.live.Paused(); }));
    REQUIRE(Eventually([&] { return !member.live.Last().pause; }));
  });
  CHECK_THAT(log, ContainsSubstring("its time is over"));
}

TEST_CASE("a member that starts during a pause learns of it") {
  const FakeCluster cluster;
  REQUIRE(Pause(WithRecord(), kHour));
  Member member;
  CHECK(Eventually([&] { return member.live.Paused(); }));
}

TEST_CASE("what is no time is no pause") {
  const FakeCluster cluster;
  REQUIRE(cluster.Api().Annotate("ns", "record", {{kPausedUntil, "for ever"}}, Soon()));
  Member member;
  REQUIRE(Eventually([&] { return !cluster.Requests().empty(); }));
  (void)Soon().Sleep(Milliseconds(500));
  CHECK_FALSE(member.live.Paused());
}

TEST_CASE("without a record there is nowhere to write a pause") {
  const FakeCluster cluster;
  CHECK(Pause({}, kHour).error().code == Code::kFailedPrecondition);
  CHECK(Resume({}).error().code == Code::kFailedPrecondition);
}

}  // namespace
}  // namespace bowline
