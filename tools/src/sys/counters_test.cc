#include "sys/counters.h"

#include <catch2/catch_test_macros.hpp>
#include <thread>
#include <vector>

namespace bowline {
namespace {

std::string Printed(const Counters& counters) {
  MetricSet set;
  counters.AddTo(set);
  return set.Print();
}

TEST_CASE("counters add up, gauges hold the last value, per set of labels") {
  Counters counters;
  counters.Add("bowline_fences_total", {}, 0);
  counters.Add("bowline_kubernetes_requests_total", {{"code", "200"}});
  counters.Add("bowline_kubernetes_requests_total", {{"code", "200"}});
  counters.Add("bowline_kubernetes_requests_total", {{"code", "503"}});
  counters.Set("bowline_quorum", 1);
  counters.Set("bowline_quorum", 0);
  const std::string text = Printed(counters);
  CHECK(text.contains("# TYPE bowline_fences_total counter\nbowline_fences_total 0\n"));
  CHECK(text.contains("bowline_kubernetes_requests_total{code=\"200\"} 2\n"));
  CHECK(text.contains("bowline_kubernetes_requests_total{code=\"503\"} 1\n"));
  CHECK(text.contains("# TYPE bowline_quorum gauge\nbowline_quorum 0\n"));
}

TEST_CASE("a name that is not in the table is left out") {
  Counters counters;
  counters.Add("bowline_no_such_total");
  counters.Observe("bowline_no_such_seconds", {}, Milliseconds(1));
  CHECK(Printed(counters).empty());
}

TEST_CASE("a time is in each bucket that is not below it") {
  Counters counters;
  counters.Observe("bowline_handover_duration_seconds", {{"kind", "stop"}}, Milliseconds(250));
  counters.Observe("bowline_handover_duration_seconds", {{"kind", "stop"}}, Milliseconds(90'000));
  const std::string text = Printed(counters);
  const std::string name = "bowline_handover_duration_seconds";
  CHECK(text.contains(name + "_bucket{kind=\"stop\",le=\"0.1\"} 0\n"));
  CHECK(text.contains(name + "_bucket{kind=\"stop\",le=\"0.25\"} 1\n"));
  CHECK(text.contains(name + "_bucket{kind=\"stop\",le=\"60\"} 1\n"));
  CHECK(text.contains(name + "_bucket{kind=\"stop\",le=\"+Inf\"} 2\n"));
  CHECK(text.contains(name + "_sum{kind=\"stop\"} 90.25\n"));
  CHECK(text.contains(name + "_count{kind=\"stop\"} 2\n"));
}

TEST_CASE("several threads count") {
  Counters counters;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < 1000; ++n) counters.Add("bowline_fences_total");
      });
    }
  }
  CHECK(Printed(counters).contains("\nbowline_fences_total 4000\n"));
}

}  // namespace
}  // namespace bowline
