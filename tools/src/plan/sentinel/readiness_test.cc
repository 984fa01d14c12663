// Probe verdicts in sentinel mode.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "plan/common/probe.h"
#include "testing/plan/running_set.h"
#include "testing/plan/sentinel_rules.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::kSentinel0;
using testing::kSentinel1;
using testing::kSentinel2;
using testing::kServer0;
using testing::kServer1;
using testing::kServer2;
using testing::RunningSet;

/// What `self` would be asked in this set.
ProbeInput Ask(const RunningSet& set, MemberName self) {
  ProbeInput input;
  const Report& report = set.reports.at(self);
  input.phase = report.phase;
  input.engine = report.engine;
  input.layout = set.layout;
  input.self = self;
  input.sentinel = report.sentinel;
  for (const MemberName sentinel : set.layout.Sentinels()) {
    const auto found = set.reports.find(sentinel);
    if (sentinel != self && found != set.reports.end()) input.sentinels.insert(*found);
  }
  return input;
}

Verdict Ready(const RunningSet& set, MemberName self) { return ReadinessVerdict(Ask(set, self)); }

TEST_CASE("a healthy set passes all probes, whoever leads") {
  for (const MemberName primary : {kServer0, kServer2}) {
    RunningSet set;
    set.Lead(primary);
    for (const MemberName member : set.layout.Members()) {
      const ProbeInput input = Ask(set, member);
      CHECK(StartupVerdict(input).ok);
      CHECK(LivenessVerdict(input).ok);
      CHECK(ReadinessVerdict(input).ok);
    }
    CHECK(Ready(set, primary).text == "the primary, named by a majority of sentinels");
    CHECK(Ready(set, kServer1).text == "a replica in sync");
    CHECK(Ready(set, kSentinel0).text ==
          "names " + primary.ToString() + "; 3 of 3 sentinels answer");
  }
}

TEST_CASE("a primary while a majority of the sentinels answers") {
  RunningSet set;
  std::string expected;
  SECTION("two of three name it") {
    set.Silence(kSentinel0);
    expected = "the primary, named";
  }
  SECTION("two of three name it, without a replica") {
    set.Silence(kSentinel0).InfoOf(kServer0).replicas.clear();
    expected = "the primary, named";
  }
  CHECK(Ready(set, kServer0).ok);
  CHECK_THAT(Ready(set, kServer0).text, ContainsSubstring(expected));
}

TEST_CASE("a primary that the sentinels do not name") {
  RunningSet set;
  std::string expected;
  SECTION("a majority names another") {
    set.Name(kSentinel0, kServer1).Name(kSentinel2, kServer1);
    expected = "a primary, but a majority of the sentinels names server-1";
  }
  SECTION("one was promoted and the majority has not heard yet") {
    set.Lead(kServer1).Name(kSentinel0, kServer0).Name(kSentinel1, kServer0);
    set.InfoOf(kServer0).primary = true;
    CHECK_FALSE(Ready(set, kServer1).ok);
    CHECK(Ready(set, kServer0).ok);
    return;
  }
  SECTION("a majority answers and has no common word") {
    set.Silence(kSentinel0).Name(kSentinel2, kServer1);
    expected = "a primary that no majority of the sentinels names; 2 of 3 sentinels answer";
  }
  CHECK_FALSE(Ready(set, kServer0).ok);
  CHECK(Ready(set, kServer0).text == expected);
}

TEST_CASE("a primary that has just been promoted keeps its traffic until the sentinels are asked") {
  RunningSet set;
  set.Name(kSentinel0, kServer1).Name(kSentinel2, kServer1);
  ProbeInput input = Ask(set, kServer0);
  CHECK_FALSE(ReadinessVerdict(input).ok);  // it has led from its start on
  const std::uint64_t told = set.ViewOf(kSentinel0).epochs.config;
  input.promoted = {.ago = kMayBeUnnamed - std::chrono::milliseconds(1), .epoch = told};
  CHECK(ReadinessVerdict(input).ok);
  CHECK(ReadinessVerdict(input).text == "a primary that has just been promoted");
  input.promoted->epoch = told - 1;  // its own promotion may be of the epoch that is told
  CHECK(ReadinessVerdict(input).ok);
  const std::string replaced = "a primary, but a majority of the sentinels names server-1";
  SECTION("not for long") { input.promoted = {.ago = kMayBeUnnamed, .epoch = told}; }
  SECTION("not when it has been replaced since") { input.promoted->epoch = told - 2; }
  CHECK(ReadinessVerdict(input).text == replaced);
}

TEST_CASE("a primary while the sentinels are silent needs a follower") {
  RunningSet set;
  set.Silence(kSentinel0).Silence(kSentinel1);
  std::vector<ReplicaEntry>& replicas = set.InfoOf(kServer0).replicas;
  SECTION("two of them") {
    CHECK(Ready(set, kServer0).text ==
          "a primary with 2 replicas that keep up; 1 of 3 sentinels answer");
  }
  SECTION("one is enough, up to the limit, and a sentinel that names another alone is not heard") {
    replicas.pop_back();
    replicas.front().lag_seconds = kFollowerLagSeconds;
    set.Name(kSentinel2, kServer1);
    CHECK_THAT(Ready(set, kServer0).text, ContainsSubstring("with 1 replicas that keep up"));
  }
  SECTION("the only server") {
    set.layout = Layout::Sentinel(1, 3);
    replicas.clear();
    CHECK(Ready(set, kServer0).text == "the only server; 1 of 3 sentinels answer");
  }
  SECTION("half of an even number is no majority") {
    set = RunningSet(Layout::Sentinel(3, 2));
    set.Silence(kSentinel0);
    CHECK_THAT(Ready(set, kServer0).text, ContainsSubstring("keep up; 1 of 2 sentinels answer"));
  }
  CHECK(Ready(set, kServer0).ok);
}

TEST_CASE("a primary that was cut off from everybody") {
  RunningSet set;
  set.Silence(kSentinel0).Silence(kSentinel1).Silence(kSentinel2);
  std::vector<ReplicaEntry>& replicas = set.InfoOf(kServer0).replicas;
  replicas.pop_back();
  SECTION("no replica") { replicas.clear(); }
  SECTION("one that has not acknowledged for long") {
    replicas.front().lag_seconds = kFollowerLagSeconds + 1;
  }
  SECTION("one whose lag is unknown") { replicas.front().lag_seconds = -1; }
  SECTION("one that still copies") { replicas.front().state = "send_bulk"; }
  CHECK_FALSE(Ready(set, kServer0).ok);
  CHECK(Ready(set, kServer0).text ==
        "a primary without any replica that keeps up; 0 of 3 sentinels answer");
  CHECK(LivenessVerdict(Ask(set, kServer0)).ok);
}

TEST_CASE("a replica does not ask the sentinels") {
  RunningSet set;
  set.Silence(kSentinel0).Silence(kSentinel1).Silence(kSentinel2);
  CHECK(Ready(set, kServer1).ok);
  EngineInfo& info = set.InfoOf(kServer1);
  std::string expected;
  SECTION("link down") {
    info.link_up = false;
    expected = "link to its primary is down";
  }
  SECTION("copying") {
    info.link_up = false;
    info.sync_in_progress = true;
    expected = "copying the dataset";
  }
  SECTION("loading") {
    info.loading = true;
    expected = "loading";
  }
  SECTION("no answer") {
    set.Of(kServer1).engine.answers = false;
    set.Of(kServer1).engine.problem = "BUSY";
    expected = "BUSY";
  }
  CHECK_FALSE(Ready(set, kServer1).ok);
  CHECK_THAT(Ready(set, kServer1).text, ContainsSubstring(expected));
}

TEST_CASE("a primary that refuses writes, but for the moment after its promotion") {
  RunningSet set;
  ProbeInput input = Ask(set, kServer0);
  input.layout.mode = GENERATE(Mode::kSentinel, Mode::kCluster);
  input.engine.refusal = "NOREPLICAS: 0 of 1 needed replicas keep up";
  input.refusing = kMayRefuse;
  CHECK_FALSE(ReadinessVerdict(input).text.contains("refuses"));
  input.refusing += std::chrono::milliseconds(1);
  CHECK(ReadinessVerdict(input).text ==
        "a primary that refuses writes: NOREPLICAS: 0 of 1 needed replicas keep up");
  CHECK_FALSE(ReadinessVerdict(input).ok);
  CHECK(LivenessVerdict(input).ok);
}

TEST_CASE("a replica that has not heard from its primary for long, in both modes") {
  RunningSet set;
  set.InfoOf(kServer1).last_io_seconds = 20;
  ProbeInput input = Ask(set, kServer1);
  input.layout.mode = GENERATE(Mode::kSentinel, Mode::kCluster);
  input.engine.cluster.state_ok = true;
  CHECK(ReadinessVerdict(input).ok);
  input.max_lag_seconds = 20;
  CHECK(ReadinessVerdict(input).ok);
  input.max_lag_seconds = 19;
  CHECK(ReadinessVerdict(input).text ==
        "a replica that has not heard from its primary for 20 s, 19 are allowed");
  CHECK(LivenessVerdict(input).ok);
  input.engine.info.primary = true;
  CHECK_FALSE(ReadinessVerdict(input).text.contains("heard"));
}

TEST_CASE("a sentinel is started and alive by its process's replies, as an engine") {
  const RunningSet set;
  ProbeInput input = Ask(set, kSentinel0);
  input.engine.replied = false;
  input.engine.problem = "connection refused";
  CHECK_FALSE(StartupVerdict(input).ok);
  CHECK(LivenessVerdict(input).ok);
  input.phase = Phase::kGuard;
  input.reason = "two sentinels are silent";
  CHECK(LivenessVerdict(input).ok);
  CHECK(ReadinessVerdict(input).text == "waiting: two sentinels are silent");
}

TEST_CASE("a sentinel that hears the others is ready, although their programs are not reached") {
  RunningSet set;
  set.Silence(kSentinel1).Silence(kSentinel2);
  for (SentinelPeer& peer : set.ViewOf(kSentinel0).sentinels) peer.connected = true;
  CHECK(Ready(set, kSentinel0).ok);
  for (SentinelPeer& peer : set.ViewOf(kSentinel0).sentinels) peer.down = true;
  CHECK_FALSE(Ready(set, kSentinel0).ok);
}

TEST_CASE("a sentinel that clients must not ask") {
  RunningSet set;
  SentinelSnapshot& view = set.ViewOf(kSentinel0);
  std::string expected;
  SECTION("no answer") {
    view.answers = false;
    view.problem = "connection refused";
    expected = "the sentinel does not answer: connection refused";
  }
  SECTION("never asked") {
    set.Of(kSentinel0).sentinel.reset();
    set.Of(kSentinel0).engine.problem = "not yet asked";
    expected = "the sentinel does not answer: not yet asked";
  }
  SECTION("names nobody") {
    view.primary.reset();
    view.primary_ip.clear();
    expected = "names no primary";
  }
  SECTION("names no member") {
    view.primary.reset();
    view.primary_ip = "10.9.9.9";
    expected = "names a primary that is no member: 10.9.9.9";
  }
  SECTION("its primary says that it is a replica, and so it is taken for down in the end") {
    view.primary_denies = true;
    view.primary_down = GENERATE(false, true);
    expected = "names server-0, which says it is a replica";
  }
  SECTION("could not save") {
    view.unsaved = "ERR Failed to save config file";
    expected = "its state is not on its volume: ERR Failed to save config file";
  }
  SECTION("lacks a sentinel") {
    view.sentinels.pop_back();
    expected = "knows 1 other sentinels, 2 are declared";
  }
  SECTION("a sentinel too many") {
    view.sentinels.push_back(view.sentinels.front());
    expected = "knows 3 other sentinels, 2 are declared";
  }
  SECTION("lacks a replica") {
    view.replicas.pop_back();
    expected = "knows 1 replicas, 2 are declared";
  }
  SECTION("alone") {
    set.Silence(kSentinel1).Silence(kSentinel2);
    expected = "no majority: 1 of 3 sentinels answer";
  }
  SECTION("the majority names another") {
    set.Name(kSentinel1, kServer1).Name(kSentinel2, kServer1);
    expected = "names server-0, 2 others do not; 3 of 3 sentinels answer";
  }
  SECTION("one against one is no majority") {
    set.Silence(kSentinel2).Name(kSentinel1, kServer1);
    expected = "names server-0, 1 others do not; 2 of 3 sentinels answer";
  }
  CHECK_FALSE(Ready(set, kSentinel0).ok);
  CHECK(Ready(set, kSentinel0).text == expected);
}

TEST_CASE("a sentinel that clients may ask all the same") {
  RunningSet set;
  SentinelSnapshot& view = set.ViewOf(kSentinel0);
  std::string expected = "names server-0; 3 of 3 sentinels answer";
  SECTION("the primary is down: not its fault") {
    view.primary_down = true;
    expected = "names server-0, which is down; 3 of 3 sentinels answer";
  }
  SECTION("a peer is silent") {
    set.Silence(kSentinel1);
    expected = "names server-0; 2 of 3 sentinels answer";
  }
  SECTION("one other names another") { set.Name(kSentinel1, kServer1); }
  SECTION("it has switched, and the others have not heard yet") {
    set.Lead(kServer1).Name(kSentinel0, kServer0);
  }
  SECTION("a replica too many") { view.replicas.push_back(view.replicas.front()); }
  SECTION("the only one") {
    set = RunningSet(Layout::Sentinel(2, 1));
    expected = "names server-0; 1 of 1 sentinels answer";
  }
  CHECK(Ready(set, kSentinel0).ok);
  CHECK(Ready(set, kSentinel0).text == expected);
}

}  // namespace
}  // namespace bowline
