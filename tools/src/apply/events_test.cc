// Events, sent to a fake Kubernetes API: testing/kube.h.

#include "apply/common/events.h"

#include "apply/common/lanes.h"
#include "sys/counters.h"
#include "testing/kube.h"

namespace bowline {
namespace {

using testing::BodyOf;
using testing::Eventually;
using testing::FakeCluster;

const PodEnv kPod{.name = "web-0", .name_space = "ns", .uid = "u-1"};

TEST_CASE("what was told just before the end is sent") {
  const FakeCluster cluster;
  {
    Lanes lanes;
    EventSink events(lanes.api, kPod, true);
    for (int i = 0; i < 5; ++i) events.Emit("Reason", std::format("word {};", i));
  }
  std::string all;
  for (const JsonDocument& request : cluster.Requests()) all += BodyOf(request);
  for (int i = 0; i < 5; ++i) CHECK(all.contains(std::format("word {};", i)));
}

TEST_CASE("an API server that does not answer does not hold up the end") {
  const FakeCluster cluster;
  cluster.Freeze();
  const auto start = std::chrono::steady_clock::now();
  {
    Lanes lanes;
    EventSink events(lanes.api, kPod, true);
    for (int i = 0; i < 20; ++i) events.Emit("Reason", "message");
  }
  CHECK(Since(start) < Milliseconds(6000));
}

double Dropped() {
  MetricSet set;
  ProcessCounters().AddTo(set);
  const auto family = set.families().find("bowline_events_dropped_total");
  return family == set.families().end() ? 0 : family->second.samples.front().value;
}

TEST_CASE("what does not fit into the queue is counted") {
  const FakeCluster cluster;
  cluster.Freeze();
  Lanes lanes;
  EventSink events(lanes.api, kPod, true);
  const double before = Dropped();
  for (int i = 0; i < 100; ++i) events.Emit("Reason", "message");
  CHECK(Dropped() - before >= 35);  // 64 wait, one may be on its way
}

}  // namespace
}  // namespace bowline
