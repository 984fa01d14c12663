#pragma once
// What has happened in this process, counted where it happens, for GET /metrics. One registry for
// the process, as there is one log; the names are those of base/own_metrics.h.

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/metrics.h"
#include "sys/deadline.h"

namespace bowline {

/// Thread-safe. A name that base/own_metrics.h does not have is left out.
class Counters {
 public:
  /// Adds to a counter. With `by` 0 it is there from then on, so that its first rise shows.
  void Add(std::string_view name, MetricLabels labels = {}, double by = 1);
  /// Sets a gauge.
  void Set(std::string_view name, double value, MetricLabels labels = {});
  /// Adds to a histogram of seconds, whose buckets go from 50 ms to 60 s.
  void Observe(std::string_view name, MetricLabels labels, Milliseconds time);

  void AddTo(MetricSet& set) const;

 private:
  template <typename Value>
  using ByLabels = std::map<std::string, std::map<MetricLabels, Value>, std::less<>>;

  mutable std::mutex mutex_;
  ByLabels<double> values_;
  ByLabels<MetricDistribution> times_;
};

/// Of this process.
Counters& ProcessCounters();

}  // namespace bowline
