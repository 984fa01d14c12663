#include "sys/counters.h"

#include <array>

#include "base/own_metrics.h"

namespace bowline {
namespace {

struct Bucket {
  const char* name;
  double seconds;
};
// A switch by the engines takes 50 ms to 400 ms, one with its confirmation up to 5 s; a handover
// before a stop may wait for the grace period.
constexpr auto kBuckets = std::to_array<Bucket>({{"0.05", 0.05},
                                                 {"0.1", 0.1},
                                                 {"0.25", 0.25},
                                                 {"0.5", 0.5},
                                                 {"1", 1},
                                                 {"2.5", 2.5},
                                                 {"5", 5},
                                                 {"10", 10},
                                                 {"30", 30},
                                                 {"60", 60}});

/// The entry of these labels; of a name that comes for the first time a new one.
template <typename Map>
auto& Entry(Map& map, std::string_view name, MetricLabels labels) {
  auto found = map.find(name);
  if (found == map.end()) found = map.emplace(std::string(name), typename Map::mapped_type()).first;
  return found->second[std::move(labels)];
}

}  // namespace

void Counters::Add(std::string_view name, MetricLabels labels, double by) {
  const std::scoped_lock lock(mutex_);
  Entry(values_, name, std::move(labels)) += by;
}

void Counters::Set(std::string_view name, double value, MetricLabels labels) {
  const std::scoped_lock lock(mutex_);
  Entry(values_, name, std::move(labels)) = value;
}

void Counters::Observe(std::string_view name, MetricLabels labels, Milliseconds time) {
  const double seconds = static_cast<double>(time.count()) / 1000;
  const std::scoped_lock lock(mutex_);
  MetricDistribution& seen = Entry(times_, name, std::move(labels));
  if (seen.parts.empty()) {
    for (const Bucket& bucket : kBuckets) seen.parts.emplace_back(bucket.name, 0);
  }
  for (std::size_t i = 0; i < kBuckets.size(); ++i) {
    if (seconds <= kBuckets.at(i).seconds) ++seen.parts[i].second;
  }
  seen.sum += seconds;
  ++seen.count;
}

void Counters::AddTo(MetricSet& set) const {
  const std::scoped_lock lock(mutex_);
  for (const auto& [name, samples] : values_) {
    for (const auto& [labels, value] : samples) AddOwn(set, name, value, labels);
  }
  for (const auto& [name, samples] : times_) {
    const OwnMetric* metric = FindOwnMetric(name);
    if (metric == nullptr) continue;
    for (const auto& [labels, seen] : samples) {
      set.AddDistribution(name, metric->type, metric->help, seen, labels);
    }
  }
}

Counters& ProcessCounters() {
  static Counters counters;
  return counters;
}

}  // namespace bowline
