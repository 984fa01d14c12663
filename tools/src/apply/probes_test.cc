// The first "ready" of a member, with a real engine.

#include "apply/common/probes.h"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <thread>

#include "apply/common/engine_probe.h"
#include "plan/rules.h"
#include "testing/plan/running_cluster.h"
#include "testing/resp.h"

namespace bowline {
namespace {

using testing::Soon;

constexpr Milliseconds kMoment{300};
constexpr Milliseconds kPatience{700};  // of a time-out of 1 s
constexpr int kMaxLagSeconds = 1;

/// As the HTTP server asks it: again and again until there is an answer.
Verdict AsKubelet(Probes& probes) {
  const auto asked = std::chrono::steady_clock::now();
  while (true) {
    const auto verdict = probes.Ready(Since(asked));
    if (verdict) return *verdict;
    (void)Soon().Sleep(Milliseconds(5));
  }
}

/// server-0 of three that follows another one, not started yet.
struct Starting {
  Layout layout = Layout::Sentinel(3, 3);
  // Often enough for kMaxLagSeconds, however long the test takes to come to its question.
  testing::Engine primary{BOWLINE_REDIS_SERVER, {"--repl-ping-replica-period", "1"}};
  testing::Engine engine{BOWLINE_REDIS_SERVER,
                         {"--replicaof", testing::Engine::kIp, std::to_string(primary.port())}};
  EngineProbe probe{testing::Engine::kIp, engine.port(), {}, layout.mode == Mode::kCluster};
  Lane lane{"engine"};
  LiveState live{lane, Report{.member = testing::ServerName(0)}, layout, probe};
  Probes probes{live, RulesOf(layout), 1};

  Verdict Ready() { return AsKubelet(probes); }

  Starting() {
    live.SetLimits(std::chrono::seconds(kMaxLagSeconds), Milliseconds(30'000));
    REQUIRE(testing::Eventually([&] { return engine.Connect().Info(Soon())->link_up; }));
  }
};

TEST_CASE("the first yes is told by the question that was asked a moment before it") {
  Starting member;
  const std::jthread start([&] {
    (void)Soon().Sleep(kMoment);
    member.live.SetPhase(Phase::kRunning, "");
  });
  CHECK(member.Ready().ok);
}

TEST_CASE("it waits for almost as long as the kubelet does") {
  Starting member;
  Probes probes{member.live, RulesOf(member.layout), 2};
  const std::jthread start([&] {
    (void)Soon().Sleep(Milliseconds(1200));  // later than a time-out of 1 s allows
    member.live.SetPhase(Phase::kRunning, "");
  });
  CHECK(AsKubelet(probes).ok);
}

TEST_CASE("a no that lasts is told in time, and at once when it stops or has been ready") {
  Starting member;
  const auto asked = std::chrono::steady_clock::now();
  SECTION("not started") {
    CHECK_FALSE(member.Ready().ok);
    CHECK(Since(asked) >= kMoment);  // it has waited
  }
  SECTION("stopping") {
    member.live.SetPhase(Phase::kStopping, "");
    CHECK_FALSE(member.Ready().ok);
    CHECK(Since(asked) < kPatience);
  }
  SECTION("ready before") {
    member.live.SetPhase(Phase::kRunning, "");
    CHECK(member.Ready().ok);
    member.live.SetFenced("alone");
    const auto again = std::chrono::steady_clock::now();
    CHECK_FALSE(member.Ready().ok);
    CHECK(Since(again) < kPatience);
  }
}

TEST_CASE("an engine that does not answer makes no probe slow") {
  Starting member;
  member.live.SetPhase(Phase::kRunning, "");
  CHECK(member.Ready().ok);
  member.engine.Freeze();
  const auto start = std::chrono::steady_clock::now();
  while (Since(start) < Milliseconds(1500)) {
    const auto asked = std::chrono::steady_clock::now();
    CHECK(member.probes.Live().ok);
    (void)member.Ready();
    CHECK(Since(asked) < Milliseconds(500));  // the engine is given 700 ms
  }
  CHECK(testing::Eventually([&] { return !member.Ready().ok; }));
  member.engine.Thaw();
}

TEST_CASE("a command of 2 s makes nobody unready") {
  Starting member;
  member.live.SetPhase(Phase::kRunning, "");
  CHECK(member.Ready().ok);
  RespClient client = member.engine.Connect();
  std::atomic<bool> ended = false;
  const std::jthread slow([&] {
    (void)client.Command({"DEBUG", "SLEEP", "2"}, Soon());
    ended = true;
  });
  bool held_up = false;
  while (!ended) {
    const Verdict verdict = member.Ready();
    INFO(verdict.text);
    CHECK(verdict.ok);
    held_up = held_up || !member.live.Last().engine.answers;
    (void)Soon().Sleep(Milliseconds(100));
  }
  CHECK(held_up);
}

TEST_CASE("a replica whose primary is silent is not ready, although its link is up") {
  Starting member;
  member.live.SetPhase(Phase::kRunning, "");
  CHECK(member.Ready().ok);
  member.primary.Freeze();
  CHECK(testing::Eventually(
      [&] { return member.Ready().text.starts_with("a replica that has not heard"); }));
  CHECK(member.engine.Connect().Info(Soon())->link_up);
  member.primary.Thaw();
}

}  // namespace
}  // namespace bowline
