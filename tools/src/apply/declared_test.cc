#include "apply/common/declared.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/kube.h"
#include "testing/model.h"

namespace bowline {
namespace {

using testing::FakeCluster;
using testing::Soon;
using testing::Spill;
using testing::TempFolder;

constexpr const char* kSet = R"({"version": 1, "release": "r", "namespace": "ns",
  "fullname": "grown", "mode": "sentinel", "engine": "redis", "clusterDomain": "cluster.local",
  "ports": {"client": 6379, "sentinel": 26380, "http": 8379, "peers": 8380},
  "sentinel": {"servers": 2, "sentinels": 3, "quorum": 2, "masterName": "other",
  "downAfterMilliseconds": 3000, "failoverTimeoutMilliseconds": 60000, "parallelSyncs": 1,
  "auth": true}, "auth": {"enabled": false}, "persistence": {"enabled": true},
  "terminationGracePeriodSeconds": 60, "log": {"format": "json", "level": "info"}})";

struct Alone {
  Alone() {
    own.layout = Layout::Standalone();
    own.name_space = "ns";
    own.fullname = "grown";
    own.record = "grown-record";
    paths.config = folder / "bowline.json";
  }
  [[nodiscard]] Settings Now() const {
    LiveSettings settings(own, {}, paths);
    (void)settings.Refresh();
    return DeclaredSettings(settings, Soon());
  }

  TempFolder folder;
  Settings own;
  Paths paths;
};

TEST_CASE("the mounted settings are what is declared, as soon as they show others") {
  const Alone alone;
  CHECK(alone.Now().layout.mode == Mode::kStandalone);
  Spill(alone.paths.config, kSet);
  const Settings now = alone.Now();
  CHECK(now.layout.mode == Mode::kSentinel);
  CHECK(now.layout.Members().size() == 5);
  CHECK(now.sentinel.master_name == "other");
  CHECK(now.ports.sentinel == 26380);
  CHECK(now.auth);  // all else is as the process was started
}

TEST_CASE("who is alone by the mounted settings asks the API server for the ConfigMap") {
  const FakeCluster cluster;
  const Alone alone;
  CHECK(alone.Now().layout.Members().size() == 5);
}

TEST_CASE("the sentinels of a set keep the settings that it was started with") {
  Alone member;
  member.own.layout = Layout::Sentinel(2, 3);
  member.own.sentinel.master_name = "started";
  member.own.ports.sentinel = 26379;
  Spill(member.paths.config, kSet);
  const Settings same = member.Now();
  CHECK(same.sentinel.master_name == "started");
  CHECK(same.ports.sentinel == 26379);
  member.own.layout = Layout::Sentinel(3, 3);
  const Settings fewer = member.Now();
  CHECK(fewer.layout.Members().size() == 5);
  CHECK(fewer.sentinel.master_name == "started");
  CHECK(fewer.ports.sentinel == 26379);
}

TEST_CASE("without rights, or when the ConfigMap cannot be read, it stays alone") {
  const FakeCluster cluster;
  Alone alone;
  alone.own.record.clear();
  CHECK(alone.Now().layout.Members().size() == 1);
  alone.own.record = "grown-record";
  alone.own.fullname = "absent";
  CHECK(alone.Now().layout.Members().size() == 1);
}

}  // namespace
}  // namespace bowline
