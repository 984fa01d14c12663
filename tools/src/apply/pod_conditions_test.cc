// The pod's conditions and its label, sent to a fake Kubernetes API: testing/kube.h.

#include "apply/common/pod_conditions.h"

#include <catch2/matchers/catch_matchers_string.hpp>

#include "apply/common/lanes.h"
#include "apply/common/role_label.h"
#include "base/json.h"
#include "base/parse.h"
#include "testing/kube.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::BodyOf;
using testing::Eventually;
using testing::FakeCluster;
using testing::Logged;
using testing::Soon;

constexpr bool kServer = true;
constexpr bool kSentinel = false;

PodEnv Pod(const std::string& name) { return {.name = name, .name_space = "ns", .uid = "u-1"}; }

/// The conditions in the last request, by their type.
std::map<std::string, PodCondition> Told(const FakeCluster& cluster) {
  const auto patch = JsonDocument::Parse(BodyOf(cluster.LastRequest()));
  REQUIRE(patch);
  std::map<std::string, PodCondition> told;
  const auto conditions = patch->root().Get("status")->Get("conditions")->AsArray();
  REQUIRE(conditions);
  for (const JsonView& one : *conditions) {
    told[*one.GetString("type")] = {.type = *one.GetString("type"),
                                    .holds = one.GetString("status") == "True",
                                    .reason = *one.GetString("reason"),
                                    .message = *one.GetString("message"),
                                    .since = *one.GetString("lastTransitionTime")};
  }
  return told;
}

/// Long enough for another time in whole seconds.
void NextSecond() { (void)Soon().Sleep(Milliseconds(1100)); }

TEST_CASE("a member's way from its start to another role") {
  const FakeCluster cluster;
  Lanes lanes;
  PodConditions conditions(lanes.api, Pod("web-0"), true, kServer);
  const auto told = [&] {
    conditions.Flush(Soon());
    return Told(cluster);
  };
  conditions.NotRunning("StartWaiting", "first");
  conditions.NotRunning("StartWaiting", "server-1 is silent");
  auto now = told();
  REQUIRE(now.size() == 2);
  const PodCondition waiting = now["bowline/Started"];
  CHECK_FALSE(waiting.holds);
  CHECK(waiting.reason == "StartWaiting");
  CHECK(waiting.message == "server-1 is silent");
  CHECK_FALSE(now["bowline/Primary"].holds);
  CHECK(now["bowline/Primary"].reason == "NotRunning");
  const std::string first = now["bowline/Primary"].since;

  NextSecond();
  conditions.NotRunning("StartWaiting", "server-2 is silent");
  now = told();
  CHECK(now["bowline/Started"].message == "server-2 is silent");
  CHECK(now["bowline/Started"].since == waiting.since);

  conditions.Running("Follow", "follow: server-1 leads");
  conditions.Role(false, "Follow", "replica of 10.0.0.1; follow: server-1 leads");
  now = told();
  CHECK(now["bowline/Started"].holds);
  CHECK(now["bowline/Started"].since > waiting.since);
  CHECK_FALSE(now["bowline/Primary"].holds);
  CHECK(now["bowline/Primary"].reason == "Follow");
  CHECK(now["bowline/Primary"].since == first);
  const std::string started = now["bowline/Started"].since;

  NextSecond();
  conditions.Role(true, "RoleChanged", "replica of 10.0.0.1 -> primary");
  now = told();
  CHECK(now["bowline/Primary"].holds);
  CHECK(now["bowline/Primary"].message == "replica of 10.0.0.1 -> primary");
  CHECK(now["bowline/Primary"].since > first);
  CHECK(now["bowline/Started"].since == started);
}

TEST_CASE("an engine that does not run is no primary") {
  const FakeCluster cluster;
  Lanes lanes;
  PodConditions conditions(lanes.api, Pod("web-0"), true, kServer);
  conditions.Running("Seed", "seed: why");
  conditions.Role(true, "Seed", "primary; seed: why");
  SECTION("nobody has taken over") {
    conditions.NotRunning("EngineEnded", "killed by signal 9");
    conditions.Flush(Soon());
    CHECK(Told(cluster)["bowline/Primary"].reason == "NotRunning");
  }
  SECTION("why it leads no more is not overwritten") {
    conditions.Role(false, "HandedOver", "a replica leads now");
    conditions.NotRunning("EngineEnded", "killed by signal 9");
    conditions.Flush(Soon());
    CHECK(Told(cluster)["bowline/Primary"].reason == "HandedOver");
  }
  CHECK_FALSE(Told(cluster)["bowline/Primary"].holds);
  CHECK_FALSE(Told(cluster)["bowline/Started"].holds);
  CHECK(Told(cluster)["bowline/Started"].reason == "EngineEnded");
}

TEST_CASE("a sentinel has no bowline/Primary") {
  const FakeCluster cluster;
  Lanes lanes;
  PodConditions conditions(lanes.api, Pod("web-0"), true, kSentinel);
  conditions.NotRunning("StartWaiting", "m");
  conditions.Running("Resume", "m");
  conditions.Flush(Soon());
  CHECK(Told(cluster).size() == 1);
  CHECK(Told(cluster)["bowline/Started"].holds);
}

TEST_CASE("without rights nothing is sent, and nobody waits") {
  const FakeCluster cluster;
  Lanes lanes;
  PodConditions conditions(lanes.api, Pod("web-0"), false, kServer);
  EventSink events(lanes.api, Pod("web-0"), false);
  RoleLabel label(lanes, Pod("web-0"), {"primary-1"}, false, events);
  conditions.Running("Seed", "m");
  label.Set("primary");
  label.KeepAlone(1);
  conditions.Flush(Soon());
  CHECK(cluster.Requests().empty());
}

TEST_CASE("a call that fails is repeated, with what is the newest by then") {
  const FakeCluster cluster;
  Lanes lanes;
  PodConditions conditions(lanes.api, Pod("flaky-0"), true, kServer);
  EventSink events(lanes.api, Pod("flaky-0"), false);
  RoleLabel label(lanes, Pod("flaky-0"), {}, true, events);
  conditions.NotRunning("StartWaiting", "old");
  label.Set("replica");
  REQUIRE(Eventually([&] { return cluster.Requests().size() == 2; }));
  conditions.Running("Seed", "new");
  label.Set("primary");
  REQUIRE(Eventually([&] { return cluster.Requests().size() == 4; }));
  (void)Soon().Sleep(Milliseconds(1500));
  CHECK(cluster.Requests().size() == 4);
  std::string all;
  for (const JsonDocument& request : cluster.Requests()) all += BodyOf(request) + "\n";
  CHECK_THAT(all, ContainsSubstring(R"("message":"old")"));
  CHECK_THAT(all, ContainsSubstring(R"("message":"new")"));
  CHECK_THAT(all, ContainsSubstring(R"("bowline/role":"replica")"));
  CHECK_THAT(all, ContainsSubstring(R"("bowline/role":"primary")"));
}

TEST_CASE("many changes are few calls, and the last one tells the last state") {
  const FakeCluster cluster;
  Lanes lanes;
  PodConditions conditions(lanes.api, Pod("web-0"), true, kServer);
  for (int i = 0; i <= 1000; ++i) conditions.NotRunning("StartWaiting", std::to_string(i));
  conditions.Flush(Soon());
  CHECK(Told(cluster)["bowline/Started"].message == "1000");
  CHECK(cluster.Requests().size() <= 2);
}

TEST_CASE("missing rights are told once, and asked for seldom") {
  const FakeCluster cluster;
  const std::string log = Logged([&] {
    Lanes lanes;
    PodConditions conditions(lanes.api, Pod("forbidden-0"), true, kServer);
    for (int i = 0; i < 4; ++i) {
      conditions.NotRunning("StartWaiting", std::to_string(i));
      conditions.Flush(Soon());
    }
    CHECK(cluster.Requests().size() == 4);
    (void)Soon().Sleep(Milliseconds(1500));
    CHECK(cluster.Requests().size() == 4);
  });
  const std::string told = "the pod's conditions cannot be set";
  CHECK_THAT(log, ContainsSubstring("forbidden-0"));
  CHECK(log.contains(told));
  CHECK(log.find(told) == log.rfind(told));
}

TEST_CASE("an API server that does not answer delays nobody") {
  const FakeCluster cluster;
  const auto start = std::chrono::steady_clock::now();
  {
    Lanes lanes;
    PodConditions conditions(lanes.api, Pod("slow-0"), true, kServer);
    for (int i = 0; i < 1000; ++i) conditions.NotRunning("StartWaiting", std::to_string(i));
    CHECK(Since(start) < Milliseconds(1000));
    REQUIRE(Eventually([&] { return cluster.Requests().size() == 1; }));
    const auto flush = std::chrono::steady_clock::now();
    conditions.Flush(Deadline::In(Milliseconds(300)));
    CHECK(Since(flush) < Milliseconds(1500));
  }
  CHECK(Since(start) < Milliseconds(10'000));
  CHECK(cluster.Requests().size() == 1);
}

TEST_CASE("what cannot be set does not hold up the end") {
  const FakeCluster cluster;
  const auto start = std::chrono::steady_clock::now();
  {
    Lanes lanes;
    EventSink events(lanes.api, Pod("forbidden-0"), false);
    RoleLabel label(lanes, Pod("forbidden-0"), {}, true, events);
    label.Set("primary");
    REQUIRE(Eventually([&] { return cluster.Requests().size() == 1; }));
  }
  CHECK(Since(start) < Milliseconds(3000));
}

}  // namespace
}  // namespace bowline
