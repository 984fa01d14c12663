// The state of the release on the record of a fake Kubernetes API: testing/kube.h.

#include "apply/common/state_watch.h"

#include <memory>

#include "apply/common/engine_probe.h"
#include "apply/common/lanes.h"
#include "apply/common/pause.h"
#include "plan/rules.h"
#include "testing/kube.h"
#include "testing/model.h"
#include "testing/plan/running_set.h"

namespace bowline {
namespace {

using namespace std::chrono_literals;
using testing::Eventually;
using testing::FakeCluster;
using testing::kServer0;
using testing::kServer1;
using testing::Logged;
using testing::Soon;

const ReleaseLook kHealthy{.state = ReleaseState::kHealthy,
                           .reason = "as declared",
                           .majority = true,
                           .heard = {kServer0, kServer1}};
const ReleaseLook kDegraded{.state = ReleaseState::kDegraded,
                            .reason = "server-1: silent",
                            .majority = true,
                            .heard = {kServer0}};

RecordedState Recorded() {
  const auto record = FakeCluster::Api().GetConfigMap("ns", "record", Soon());
  REQUIRE(record);
  return ReadState(record->labels, record->annotations);
}

std::size_t Patches(const FakeCluster& cluster) {
  std::size_t count = 0;
  for (const JsonDocument& request : cluster.Requests()) {
    if (*request.root().GetString("method") == "PATCH") ++count;
  }
  return count;
}

/// A member that is the one that writes.
struct Writer {
  explicit Writer(MemberName self) : keeper("ns", "record", self) {}

  StateKeeper keeper;
  StateKeeper::Time now{1'000'000};

  void Read() {
    const auto record = FakeCluster::Api().GetConfigMap("ns", "record", Soon());
    if (record) keeper.Read(now, *record);
  }
  /// For so long that what is seen is written.
  void Look(const ReleaseLook& look) {
    for (int i = 0; i < 6; ++i) {
      keeper.Look(now, look, Soon());
      now += 2500ms;
    }
  }
};

TEST_CASE("the state is a label that selects, and tells more in annotations") {
  const FakeCluster cluster;
  Writer writer(kServer0);
  writer.Look(kHealthy);
  CHECK(Patches(cluster) == 0);  // not read yet
  writer.Read();
  writer.Look(kHealthy);
  CHECK(Patches(cluster) == 1);
  CHECK(writer.keeper.Said());
  const auto record = FakeCluster::Api().GetConfigMap("ns", "record", Soon());
  REQUIRE(record);
  CHECK(record->labels.at("bowline/state") == "Healthy");
  CHECK(record->annotations.at("bowline/state-reason") == "as declared");
  CHECK(record->annotations.at("bowline/state-by") == "server-0");
  CHECK(record->annotations.at("bowline/state-since") ==
        record->annotations.at("bowline/state-seen"));
  CHECK(record->data.at("installation") == "0123");
}

TEST_CASE("two writers at once: the one that is late reads again") {
  const FakeCluster cluster;
  Writer first(kServer0);
  Writer second(kServer1);
  first.Read();
  second.Read();
  first.Look(kHealthy);
  second.Look(kDegraded);
  CHECK(Recorded().by == "server-0");
  CHECK(Recorded().state == "Healthy");
  second.Read();
  second.Look(kDegraded);
  CHECK(Recorded().state == "Degraded");
  CHECK(Recorded().by == "server-1");
}

TEST_CASE("an API that is away, and comes back") {
  auto cluster = std::make_unique<FakeCluster>();
  Writer writer(kServer0);
  writer.Read();
  cluster->Kill();
  const std::string log = Logged([&] { writer.Look(kHealthy); });
  CHECK_FALSE(writer.keeper.Said());
  CHECK(log.contains("the state of the release cannot be written"));
  cluster.reset();
  cluster = std::make_unique<FakeCluster>();
  writer.Read();
  writer.Look(kHealthy);
  CHECK(Recorded().state == "Healthy");
}

TEST_CASE("whoever puts the record in its first state gets the state again") {
  const FakeCluster cluster;
  Writer writer(kServer0);
  writer.Read();
  writer.Look(kHealthy);
  writer.Read();
  const ConfigMapState emptied{
      .resource_version = FakeCluster::Api().GetConfigMap("ns", "record", Soon())->resource_version,
      .data = {},
      .annotations = {},
      .labels = {}};
  writer.keeper.Read(writer.now, emptied);
  CHECK_FALSE(writer.keeper.Said());
  writer.Look(kHealthy);
  CHECK(Patches(cluster) == 2);
}

/// A whole member whose settings declare it.
struct Member {
  Member(MemberName self, const Settings& declared) : settings(declared) {
    live.SetPhase(Phase::kRunning, "");
    watch.emplace(lanes.api, used, self, RulesOf(settings.layout), live, peers);
    pause.emplace(lanes.api, used, live, events,
                  [this](const ConfigMapState& record) { watch->Read(record); });
  }
  ~Member() { pause.reset(); }

  Settings settings;
  EngineProbe probe{"127.0.0.1", testing::FreePort(), {}, false};
  Lanes lanes;
  LiveState live{lanes.engine, Report{.member = kServer0}, settings.layout, probe};
  EventSink events{lanes.api, {}, false};
  LiveSettings used{settings, {}, {}};
  Peers peers{used, kServer0, live, events};
  std::optional<StateWatch> watch;
  std::optional<PauseWatch> pause;
};

Settings OneServer() {
  Settings settings;
  settings.name_space = "ns";
  settings.record = "record";
  settings.layout = Layout::Standalone();
  return settings;
}

TEST_CASE("a resident member writes what it sees: its engine does not answer") {
  const FakeCluster cluster;
  Member member(kServer0, OneServer());
  member.live.SetHeld();
  CHECK(Eventually([] { return Recorded().state == "Unavailable"; }, 20s));
  CHECK(Recorded().reason == "no primary takes writes, server-0: no answer");
}

TEST_CASE("a member without a record asks for nothing and writes nothing") {
  const FakeCluster cluster;
  Settings settings = OneServer();
  settings.record.clear();
  const Member member(kServer0, settings);
  (void)Soon().Sleep(8000ms);
  CHECK(cluster.Requests().empty());
}

}  // namespace
}  // namespace bowline
