#include "apply/common/objects.h"

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <filesystem>

#include "testing/kube.h"

namespace bowline {
namespace {

using testing::FakeCluster;
using testing::Soon;
using testing::Spill;

Settings Declared() {
  Settings settings;
  settings.name_space = "ns";
  settings.release_namespace = "helm-ns";
  settings.release = "demo";
  return settings;
}

TEST_CASE("missing objects are named with the command that makes them") {
  const FakeCluster cluster;
  const std::filesystem::path list = cluster.folder() / "objects";
  Spill(list, "ConfigMap record\nService workload\nPodDisruptionBudget absent\n");
  const ObjectsSeen seen = LookForObjects(list, Declared(), Soon());
  CHECK(
      seen.missing ==
      std::vector<std::string>{
          "PodDisruptionBudget absent is missing. To make what is missing, and nothing else: helm "
          "-n helm-ns get manifest demo | kubectl -n ns create -f -"});
  CHECK(seen.unknown.empty());
}

TEST_CASE("what may not be asked for, or is not answered, is not missing") {
  FakeCluster cluster;
  const std::filesystem::path list = cluster.folder() / "objects";
  Spill(list, "Service workload\nService forbidden\nService forbidden\nService absent\n");
  ObjectsSeen seen = LookForObjects(list, Declared(), Soon());
  CHECK(seen.missing.size() == 1);
  REQUIRE(seen.unknown.size() == 1);
  CHECK(seen.unknown[0].starts_with("could not look whether 2 of 4 objects of the release"));
  CHECK(seen.unknown[0].contains("is forbidden"));
  cluster.Kill();
  seen = LookForObjects(list, Declared(), Soon());
  CHECK(seen.missing.empty());
  REQUIRE(seen.unknown.size() == 1);
  CHECK(seen.unknown[0].starts_with("could not look whether 4 of 4 objects"));
}

TEST_CASE("without a list or without rights it is said that nobody looked") {
  const FakeCluster cluster;
  const std::filesystem::path list = cluster.folder() / "objects";
  CHECK(LookForObjects(list, Declared(), Soon()).unknown.size() == 1);
  Spill(list, "Service absent\n");
  std::filesystem::remove(cluster.folder() / "token");
  const ObjectsSeen seen = LookForObjects(list, Declared(), Soon());
  CHECK(seen.missing.empty());
  REQUIRE(seen.unknown.size() == 1);
  CHECK(seen.unknown[0].contains("this pod may not ask the API server"));
}

TEST_CASE("an API server that does not answer costs the deadline") {
  const FakeCluster cluster;
  const std::filesystem::path list = cluster.folder() / "objects";
  std::string lines;
  for (int i = 0; i < 50; ++i) lines += "Service slow\n";
  Spill(list, lines);
  const auto start = std::chrono::steady_clock::now();
  const ObjectsSeen seen = LookForObjects(list, Declared(), Deadline::In(Milliseconds(500)));
  CHECK(Since(start) < Milliseconds(5000));
  CHECK(seen.missing.empty());
  CHECK(seen.unknown.size() == 1);
}

}  // namespace
}  // namespace bowline
