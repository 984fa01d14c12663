#include "apply/common/counting.h"

#include "sys/counters.h"

namespace bowline {
namespace {

constexpr const char* kHandovers = "bowline_handovers_total";
constexpr const char* kRefused = "bowline_promotions_refused_total";

MetricLabels EndOf(std::string_view kind, bool done) {
  return {{"kind", std::string(kind)}, {"result", done ? "done" : "failed"}};
}

}  // namespace

void CountHandover(std::string_view kind, bool done, std::chrono::steady_clock::time_point began) {
  ProcessCounters().Add(kHandovers, EndOf(kind, done));
  ProcessCounters().Observe("bowline_handover_duration_seconds", {{"kind", std::string(kind)}},
                            Since(began));
}

void CountRefusedPromotion(std::string_view reason) {
  ProcessCounters().Add(kRefused, {{"reason", std::string(reason)}});
}

void DeclareCounters(bool data) {
  Counters& counters = ProcessCounters();
  for (const char* name : {"bowline_engine_restarts_total", "bowline_events_dropped_total",
                           "bowline_kubernetes_errors_total"}) {
    counters.Add(name, {}, 0);
  }
  if (!data) return;
  counters.Add("bowline_fences_total", {}, 0);
  for (const std::string_view reason : {kMissedWrites, kNoneInSync}) {
    counters.Add(kRefused, {{"reason", std::string(reason)}}, 0);
  }
  for (const std::string_view kind :
       {kForStop, kForVerb, kForRepair, kForDeath, kForStart, kForStale}) {
    counters.Add(kHandovers, EndOf(kind, true), 0);
    counters.Add(kHandovers, EndOf(kind, false), 0);
  }
}

}  // namespace bowline
