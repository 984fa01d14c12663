// The label of a member that this program has promoted, set at a fake Kubernetes API:
// testing/kube.h.

#include "apply/common/lead_label.h"

#include <catch2/generators/catch_generators.hpp>

#include "apply/common/lanes.h"
#include "testing/kube.h"

namespace bowline {
namespace {

using testing::BodyOf;
using testing::Eventually;
using testing::FakeCluster;
using testing::Soon;

const PodEnv kOwn{.name = "primary-0", .name_space = "ns", .uid = "u-1"};

/// Names of the pods that were patched so far, in that order.
std::vector<std::string> Patched(const FakeCluster& cluster) {
  std::vector<std::string> names;
  for (const JsonDocument& request : cluster.Requests()) {
    if (*request.root().GetString("method") != "PATCH") continue;
    const std::string path = *request.root().GetString("path");
    names.push_back(path.substr(path.rfind('/') + 1));
  }
  return names;
}

TEST_CASE("the promoted one is labelled before the label of the own pod goes, each time") {
  const FakeCluster cluster;
  Lanes lanes;
  LeadLabel label(lanes.urgent, kOwn, true);
  label.MoveTo("replica-1");
  REQUIRE(Eventually([&] { return cluster.RoleOf("primary-0") == "replica"; }));
  CHECK(cluster.RoleOf("replica-1") == "primary");
  CHECK(Patched(cluster) == std::vector<std::string>{"replica-1", "primary-0"});
  label.MoveTo("replica-1");
  CHECK(Eventually([&] { return Patched(cluster).size() == 4; }));
}

TEST_CASE("a pod that somebody else has changed meanwhile is read again before it is labelled") {
  const FakeCluster cluster;
  Lanes lanes;
  LeadLabel label(lanes.urgent, kOwn, true);
  label.MoveTo("replica-changing");
  REQUIRE(Eventually([&] { return cluster.RoleOf("primary-0") == "replica"; }));
  CHECK(cluster.RoleOf("replica-changing") == "primary");
  CHECK(Patched(cluster) ==
        std::vector<std::string>{"replica-changing", "replica-changing", "primary-0"});
}

TEST_CASE("when the promoted one cannot be labelled the own label stays, and nothing is repeated") {
  const FakeCluster cluster;
  Lanes lanes;
  LeadLabel label(lanes.urgent, kOwn, true);
  const std::string to = GENERATE("replica-broken", "forbidden-1", "absent-1");
  label.MoveTo(to);
  REQUIRE(Eventually([&] { return !cluster.Requests().empty(); }));
  (void)Soon().Sleep(Milliseconds(1500));
  CHECK(Patched(cluster).size() == (to == "absent-1" ? 0 : 1));
  CHECK(cluster.RoleOf("primary-0") == "primary");
}

}  // namespace
}  // namespace bowline
