// The label on other pods, set at a fake Kubernetes API: testing/kube.h. The own one is in
// apply/pod_conditions_test.cc.

#include "apply/common/role_label.h"

#include "base/json.h"
#include "testing/kube.h"

namespace bowline {
namespace {

using testing::BodyOf;
using testing::Eventually;
using testing::FakeCluster;
using testing::Soon;

PodEnv Pod(const std::string& name) { return {.name = name, .name_space = "ns", .uid = "u-1"}; }

/// The bodies of all patches so far.
std::vector<std::string> Patches(const FakeCluster& cluster) {
  std::vector<std::string> bodies;
  for (const JsonDocument& request : cluster.Requests()) {
    if (*request.root().GetString("method") == "PATCH") bodies.push_back(BodyOf(request));
  }
  return bodies;
}

void Wait() { (void)Soon().Sleep(Milliseconds(1500)); }

TEST_CASE("the only one that says primary: that very pod, as it was read, and no other") {
  const FakeCluster cluster;
  Lanes lanes;
  EventSink events(lanes.api, Pod("web-0"), false);
  RoleLabel label(lanes, Pod("web-0"), {"absent-1", "replica-1", "primary-1"}, true, events);
  label.KeepAlone(0);
  Wait();
  CHECK(cluster.Requests().empty());
  label.KeepAlone(1);
  REQUIRE(Eventually([&] { return cluster.RoleOf("primary-1") == "replica"; }));
  Wait();
  CHECK(Patches(cluster) ==
        std::vector<std::string>{R"({"metadata":{"uid":"u-1","resourceVersion":"5",)"
                                 R"("labels":{"bowline/role":"replica"}}})"});
}

TEST_CASE("a pod that somebody else has changed meanwhile is read again") {
  const FakeCluster cluster;
  Lanes lanes;
  EventSink events(lanes.api, Pod("web-0"), false);
  RoleLabel label(lanes, Pod("web-0"), {"primary-changing"}, true, events);
  label.KeepAlone(1);
  REQUIRE(Eventually([&] { return Patches(cluster).size() == 2; }));
  Wait();
  REQUIRE(Patches(cluster).size() == 2);
  CHECK(Patches(cluster)[0].contains(R"("resourceVersion":"5")"));
  CHECK(Patches(cluster)[1].contains(R"("resourceVersion":"6")"));
  CHECK(cluster.RoleOf("primary-changing") == "replica");
}

TEST_CASE("who is not alone any more stops trying") {
  const FakeCluster cluster;
  Lanes lanes;
  EventSink events(lanes.api, Pod("web-0"), false);
  RoleLabel label(lanes, Pod("web-0"), {"primary-broken"}, true, events);
  label.KeepAlone(1);
  REQUIRE(Eventually([&] { return Patches(cluster).size() == 2; }));
  label.KeepAlone(0);
  Wait();
  const std::size_t tried = Patches(cluster).size();
  CHECK(tried <= 3);
  Wait();
  CHECK(Patches(cluster).size() == tried);
}

TEST_CASE("a pod is labelled with its engine, once for each") {
  const FakeCluster cluster;
  Lanes lanes;
  EventSink events(lanes.api, Pod("web-0"), false);
  RoleLabel label(lanes, Pod("web-0"), {}, true, events);
  for (const char* engine : {"", "redis-8.0.2", "redis-8.0.2"}) label.Runs(engine);
  REQUIRE(Eventually([&] { return Patches(cluster).size() == 1; }));
  Wait();
  CHECK(Patches(cluster) ==
        std::vector<std::string>{R"({"metadata":{"uid":"u-1",)"
                                 R"("labels":{"bowline/engine":"redis-8.0.2"}}})"});
}

TEST_CASE("readers are led to a pod by a label of their own") {
  const FakeCluster cluster;
  Lanes lanes;
  EventSink events(lanes.api, Pod("web-0"), false);
  RoleLabel label(lanes, Pod("replica-0"), {}, true, events);
  for (const bool reads : {true, true, false}) label.Reads(reads);
  REQUIRE(Eventually([&] {
    const auto labels = cluster.Api().GetPod("ns", "replica-0", Soon())->labels;
    const auto found = labels.find("bowline/reads");
    return found != labels.end() && found->second == "false";
  }));
  CHECK(cluster.RoleOf("replica-0") == "replica");
}

TEST_CASE("a new round says the same again, at the own pod and at the others") {
  const FakeCluster cluster;
  Lanes lanes;
  EventSink events(lanes.api, Pod("web-0"), false);
  RoleLabel label(lanes, Pod("replica-0"), {"replica-1"}, true, events);
  for (int i = 0; i < 3; ++i) {
    label.Set("primary", 1);
    label.KeepAlone(1);
  }
  REQUIRE(Eventually([&] { return cluster.Requests().size() == 2; }));
  Wait();
  CHECK(cluster.Requests().size() == 2);
  REQUIRE(cluster.Api().SetPodLabel({.name = "replica-0", .name_space = "ns", .uid = "u-1"},
                                    "bowline/role", "replica", Soon()));
  label.Set("primary", 2);
  REQUIRE(Eventually([&] { return cluster.RoleOf("replica-0") == "primary"; }));
}

}  // namespace
}  // namespace bowline
