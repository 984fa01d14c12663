#pragma once
// What a sentinel tells, as metrics with the names of redis_exporter v1.88. Pure.

#include <optional>

#include "base/metrics.h"
#include "plan/common/metrics_engine.h"

namespace bowline {

/// `info`: fields of INFO.
void AddSentinelMetrics(const InfoFields& info, const std::optional<WatchedPrimary>& watched,
                        MetricSet& set);

}  // namespace bowline
