#pragma once
// What an engine counts for each command and each kind of error, as metrics with the names of
// redis_exporter v1.88. Pure.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/metrics.h"
#include "plan/common/metrics_info.h"

namespace bowline {

/// One command of LATENCY HISTOGRAM.
struct CommandTimes {
  std::string command;
  std::int64_t calls = 0;
  /// Microseconds, and how many calls took no longer.
  std::vector<std::pair<std::int64_t, std::int64_t>> buckets;
};

/// Fields "errorstat_*" of INFO.
void AddErrorMetrics(const InfoFields& info, MetricSet& set);
/// Fields "cmdstat_*" and "latency_percentiles_usec_*" of INFO.
void AddCommandMetrics(const InfoFields& statistics, MetricSet& set);
/// `statistics` has the sums.
void AddCommandTimes(const std::vector<CommandTimes>& commands, const InfoFields& statistics,
                     MetricSet& set);

}  // namespace bowline
