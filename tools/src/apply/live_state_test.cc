// What the live state remembers of the engine, with a real one.

#include "apply/common/live_state.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <thread>

#include "apply/common/engine_probe.h"
#include "testing/plan/running_cluster.h"
#include "testing/resp.h"

namespace bowline {
namespace {

using testing::Soon;

constexpr Milliseconds kNow{-1};  // no look is so young

struct Running {
  Layout layout = Layout::Sentinel(3, 3);
  testing::Engine engine{BOWLINE_REDIS_SERVER};
  EngineProbe probe{testing::Engine::kIp, engine.port(), {}, layout.mode == Mode::kCluster};
  Lane lane{"engine"};
  LiveState live{lane, Report{.member = testing::ServerName(0)}, layout, probe};

  Running() {
    live.SetPhase(Phase::kRunning, "");
    REQUIRE(live.Now(kNow).engine.info.primary);
  }
};

EngineSnapshot Look(Running& member) { return member.live.Now(kNow).engine; }

TEST_CASE("a look at an engine that has just died does not hide that it led") {
  Running member;
  member.engine.Kill();
  REQUIRE(testing::Eventually([&] { return !Look(member).answers; }));
  CHECK(member.live.LastAnswer().info.primary);
  member.live.SetPhase(Phase::kStopping, "");
  CHECK(member.live.LastAnswer().info.primary);
}

TEST_CASE("a slow load has its rate, and the load of another engine has not yet") {
  Running member;
  RespClient client = member.engine.Connect();
  REQUIRE(client.Ask({"DEBUG", "POPULATE", "3000", "key", "100"}, Soon()));
  REQUIRE(client.Ask({"SAVE"}, Soon()));
  member.live.SetPhase(Phase::kGuard, "");
  member.engine.Kill();
  member.engine.Start(
      {"--key-load-delay", "20000", "--loading-process-events-interval-bytes", "1024"});
  member.live.SetPhase(Phase::kRunning, "");
  REQUIRE(testing::Eventually([&] {
    const EngineSnapshot look = Look(member);
    return !look.progress.empty() && look.progress[0].left_seconds > 0;
  }));
  const ProbeInput input = member.live.ForProbes();
  CHECK(StartupVerdict(input).ok);
  CHECK(LivenessVerdict(input).Line().ends_with(" left"));
  member.live.SetPhase(Phase::kGuard, "");
  member.live.SetPhase(Phase::kRunning, "");
  CHECK(testing::Eventually([&] {
    const EngineSnapshot look = Look(member);
    return !look.progress.empty() && look.progress[0].per_second == -1;
  }));
}

TEST_CASE("an engine that is started anew has not answered yet") {
  Running member;
  member.live.SetPhase(Phase::kGuard, "");
  member.live.SetPhase(Phase::kRunning, "");
  CHECK_FALSE(member.live.LastAnswer().answers);
}

TEST_CASE("a primary without the replicas that it needs refuses writes, until they have come") {
  Running member;
  CHECK(member.live.ForProbes().refusing < kMayRefuse);
  REQUIRE(member.engine.Connect().ConfigSet("min-replicas-to-write", "1", Soon()));
  CHECK(member.engine.Connect().Command({"SET", "key", "1"}, Soon())->ErrorWord() == "NOREPLICAS");
  CHECK(Look(member).refusal == "NOREPLICAS: 0 of 1 needed replicas keep up");
  CHECK(member.live.ForProbes().refusing < kMayRefuse);

  const testing::Engine replica(BOWLINE_REDIS_SERVER, {"--replicaof", testing::Engine::kIp,
                                                       std::to_string(member.engine.port())});
  CHECK(testing::Eventually([&] {
    const EngineSnapshot now = Look(member);
    return now.answers && now.refusal.empty();
  }));
  const auto written = member.engine.Connect().Command({"SET", "key", "1"}, Soon());
  REQUIRE(written);
  CHECK(written->text == "OK");
}

TEST_CASE("a primary that has never taken a write is not given the moment of a promoted one") {
  const Layout layout = Layout::Sentinel(3, 3);
  const testing::Engine engine(BOWLINE_REDIS_SERVER, {"--min-replicas-to-write", "1"});
  EngineProbe probe(testing::Engine::kIp, engine.port(), {}, layout.mode == Mode::kCluster);
  Lane lane("engine");
  LiveState live(lane, Report{.member = testing::ServerName(0)}, layout, probe);
  live.SetPhase(Phase::kRunning, "");
  CHECK(live.ForProbes().refusing > kMayRefuse);
}

TEST_CASE("only an engine that was a replica before has been promoted") {
  Running member;
  CHECK_FALSE(member.live.ForProbes().promoted);
  RespClient client = member.engine.Connect();
  REQUIRE(client.ReplicaOf({.ip = testing::Engine::kIp, .port = 1, .bus_port = 0}, Soon()));
  REQUIRE_FALSE(Look(member).info.primary);
  CHECK_FALSE(member.live.ForProbes().promoted);
  REQUIRE(client.ReplicaOfNobody(Soon()));
  REQUIRE(Look(member).info.primary);
  REQUIRE(member.live.ForProbes().promoted);
  CHECK(member.live.ForProbes().promoted->ago < kMayBeUnnamed);
  member.live.SetPhase(Phase::kGuard, "");
  member.live.SetPhase(Phase::kRunning, "");
  CHECK_FALSE(member.live.ForProbes().promoted);
}

TEST_CASE("a report tells for how long the engine has had its role, and why it is fenced") {
  Running member;
  CHECK(member.live.Last().role_seconds == 0);
  std::this_thread::sleep_for(Milliseconds(2100));
  CHECK(member.live.Now(kNow).role_seconds >= 2);
  RespClient client = member.engine.Connect();
  REQUIRE(client.ReplicaOf({.ip = testing::Engine::kIp, .port = 1, .bus_port = 0}, Soon()));
  CHECK(member.live.Now(kNow).role_seconds < 2);
  CHECK(member.live.Last().fenced.empty());
  CHECK_FALSE(member.live.ForProbes().fenced);
  member.live.SetFenced("nobody is heard");
  CHECK(member.live.Last().fenced == "nobody is heard");
  CHECK(member.live.ForProbes().fenced == "nobody is heard");
  member.live.SetFenced(std::nullopt);
  CHECK(member.live.Last().fenced.empty());
  member.live.SetPhase(Phase::kGuard, "");
  member.live.SetPhase(Phase::kRunning, "");
  CHECK(member.live.Last().role_seconds == -1);
}

// Shorter than the 30 s of a member, long enough for several looks.
constexpr Milliseconds kStuckAfter{3000};

TEST_CASE("an engine whose clients are paused is not stuck; one that is stopped is") {
  const std::string program = GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER);
  const bool password = GENERATE(false, true);
  CAPTURE(program, password);
  const Layout layout = Layout::Sentinel(3, 3);
  const testing::Engine engine(program);
  const Credentials login{.user = "default", .password = password ? "secret" : ""};
  if (password) REQUIRE(engine.Connect().ConfigSet("requirepass", "secret", Soon()));
  EngineProbe probe(testing::Engine::kIp, engine.port(), LoginSource([&] { return login; }),
                    layout.mode == Mode::kCluster);
  Lane lane("engine");
  LiveState live(lane, Report{.member = testing::ServerName(0)}, layout, probe);
  live.SetLimits(std::chrono::seconds(0), kStuckAfter);
  live.SetPhase(Phase::kRunning, "");
  REQUIRE(live.Now(kNow).engine.answers);
  SECTION("CLIENT PAUSE 60000 ALL") {
    REQUIRE(engine.Connect(login).Command({"CLIENT", "PAUSE", "60000", "ALL"}, Soon()));
    const auto since = std::chrono::steady_clock::now();
    while (Since(since) < 3 * kStuckAfter) {
      const EngineSnapshot seen = live.Now(Milliseconds(500)).engine;
      CHECK(live.EngineSilence() != Silence::kStuck);
      if (Since(since) > kStuckAfter) CHECK(seen.problem.contains("its event loop runs"));
    }
    CHECK(live.EngineSilence() == Silence::kPaused);
  }
  SECTION("SIGSTOP") {
    engine.Freeze();
    CHECK(testing::Eventually([&] {
      (void)live.Now(Milliseconds(500));
      return live.EngineSilence() == Silence::kStuck;
    }));
  }
  SECTION("DEBUG SLEEP: a command that does not end") {
    RespClient client = engine.Connect(login);
    CHECK_FALSE(client.Command({"DEBUG", "SLEEP", "60"}, Deadline::In(Milliseconds(100))));
    CHECK(testing::Eventually([&] {
      (void)live.Now(Milliseconds(500));
      return live.EngineSilence() == Silence::kStuck;
    }));
  }
}

}  // namespace
}  // namespace bowline
