#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "plan/common/probe.h"
#include "testing/plan/cluster_rules.h"
#include "testing/plan/running_cluster.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using std::chrono::milliseconds;

ProbeInput Running() {
  ProbeInput input;
  input.phase = Phase::kRunning;
  input.engine.answers = input.engine.replied = true;
  input.engine.info.primary = true;
  input.engine.cluster.state_ok = true;
  input.engine.cluster.slots_ok = kSlotCount;
  return input;
}

ProbeInput Replica() {
  ProbeInput input = Running();
  input.engine.info.primary = false;
  input.engine.info.link_up = true;
  return input;
}

ProbeInput Silent() {
  ProbeInput input;
  input.phase = Phase::kRunning;
  input.engine.problem = "connection refused";
  return input;
}

TEST_CASE("a healthy member passes all probes") {
  for (const ProbeInput& input : {Running(), Replica()}) {
    CHECK(StartupVerdict(input).ok);
    CHECK(LivenessVerdict(input).ok);
    CHECK(ReadinessVerdict(input).ok);
  }
  CHECK(ReadinessVerdict(Running()).text == "a primary, cluster ok");
  CHECK(ReadinessVerdict(Replica()).text == "a replica in sync, cluster ok");
}

TEST_CASE("an engine that a command holds up keeps its traffic for a moment") {
  ProbeInput input = Silent();
  input.answer = Running().engine;
  input.silent = milliseconds(2'900);  // a command of 2 s, and the look before it
  CHECK(ReadinessVerdict(input).ok);
  SECTION("too long") { input.silent = kMayBeSilent + milliseconds(1); }
  SECTION("it has never answered") { input.answer = {}; }
  SECTION("its process has ended") { input.phase = Phase::kStopping; }
  SECTION("its writes are paused") { input.fenced = "alone"; }
  SECTION("it was not fit before") { input.answer.cluster.state_ok = false; }
  SECTION("it was loading before") { input.answer.info.loading = true; }
  CHECK_FALSE(ReadinessVerdict(input).ok);
}

TEST_CASE("a member that waits or stops is alive, started and not ready; the reason is told") {
  for (const Phase phase : {Phase::kGuard, Phase::kStopping}) {
    ProbeInput input = Silent();
    input.phase = phase;
    input.reason = "waiting to hear from: shard-0-1";
    CHECK(StartupVerdict(input).ok);
    CHECK(LivenessVerdict(input).ok);
    CHECK_FALSE(ReadinessVerdict(input).ok);
    for (const Verdict& verdict :
         {StartupVerdict(input), LivenessVerdict(input), ReadinessVerdict(input)}) {
      CHECK_THAT(verdict.text, ContainsSubstring(input.reason));
    }
  }
}

TEST_CASE("liveness: any reply at all is life (R8)") {
  ProbeInput input = Running();
  SECTION("loading") { input.engine.info.loading = true; }
  SECTION("busy, or a wrong password: a reply, no answer") { input.engine.answers = false; }
  SECTION("syncing") {
    input.engine.info.primary = false;
    input.engine.info.sync_in_progress = true;
  }
  SECTION("the cluster is down") { input.engine.cluster = {}; }
  CHECK(LivenessVerdict(input).ok);
  CHECK(StartupVerdict(input).ok);
}

TEST_CASE("startup and liveness tell how far a load is") {
  ProbeInput input = Running();
  CHECK(StartupVerdict(input).text == "the engine replies");
  input.engine.info.loading = true;
  CHECK(StartupVerdict(input).Line() == "the engine replies: loading the dataset");
  input.engine.progress = {{.work = Work::kLoading, .done = 42, .total = 100, .left_seconds = 3}};
  CHECK(StartupVerdict(input).Line() ==
        "the engine replies: loading the dataset: 42B of 100B (42%), 3s left");
  CHECK(StartupVerdict(input).text == "the engine replies: loading the dataset");
  CHECK(LivenessVerdict(input).Line() == StartupVerdict(input).Line());
}

TEST_CASE("liveness: a silent engine is ended by the program, not by the kubelet") {
  const Verdict verdict = LivenessVerdict(Silent());
  CHECK(verdict.ok);
  CHECK(verdict.text == "the engine does not reply: connection refused");
}

TEST_CASE("startup: not before the engine's first reply") {
  CHECK_FALSE(StartupVerdict(Silent()).ok);
  CHECK_THAT(StartupVerdict(Silent()).text, ContainsSubstring("connection refused"));
}

TEST_CASE("readiness: everything that makes a member useless to a client") {
  ProbeInput input = Replica();
  std::string expected;
  SECTION("no answer") {
    input.engine.answers = false;
    input.engine.problem = "BUSY running a script";
    expected = "BUSY";
  }
  SECTION("loading") {
    input.engine.info.loading = true;
    input.engine.progress = {{.work = Work::kLoading, .done = 42, .total = 100}};
    expected = "loading the dataset: 42B of 100B (42%)";
  }
  SECTION("copying") {
    input.engine.info.link_up = false;
    input.engine.info.sync_in_progress = true;
    input.engine.progress = {{.work = Work::kSave, .done = 1},
                             {.work = Work::kFullCopy, .done = 42, .per_second = 7}};
    expected = "copying the dataset from its primary: 42B, 7B/s";
  }
  SECTION("cut off") {
    input = Running();
    input.fenced = "no replica (of 1) reached for 470 ms";
    expected = "cut off, writes are paused: no replica (of 1) reached for 470 ms";
  }
  SECTION("link down") {
    input.engine.info.link_up = false;
    expected = "link to its primary is down";
  }
  SECTION("the cluster is down") {
    input.engine.cluster.state_ok = false;
    input.engine.cluster.slots_ok = 10923;
    expected = "cluster_state is not ok (10923 of 16384 slots served)";
  }
  const Verdict verdict = ReadinessVerdict(input);
  CHECK_FALSE(verdict.ok);
  CHECK_THAT(verdict.Line(), ContainsSubstring(expected));
  CHECK(LivenessVerdict(input).ok);
}

TEST_CASE("readiness: a primary without slots serves nobody") {
  testing::RunningCluster cluster;
  ProbeInput input = Running();
  input.engine.view = cluster.Of(testing::k00).engine.view;
  CHECK(ReadinessVerdict(input).ok);
  cluster.conf.Find(testing::IdOf(testing::k00))->slots.clear();
  input.engine.view = testing::ViewOf(cluster.conf, testing::k00);
  CHECK_FALSE(ReadinessVerdict(input).ok);
  CHECK(ReadinessVerdict(input).text == "a primary without slots");
}

TEST_CASE("readiness of a primary does not ask for a replication link") {
  ProbeInput input = Running();
  input.engine.info.link_up = false;
  CHECK(ReadinessVerdict(input).ok);
}

}  // namespace
}  // namespace bowline
