#pragma once
// Which fields of INFO are metrics, and under which names: those of redis_exporter v1.88
// (https://github.com/oliver006/redis_exporter), so that dashboards and rules made for it work.

#include <string_view>

#include "base/metrics.h"

namespace bowline {

struct InfoField {
  std::string_view field;   ///< of INFO or CLUSTER INFO
  std::string_view metric;  ///< its whole name
  MetricType type = MetricType::kGauge;
};

/// nullptr for a field that is no metric.
const InfoField* FindInfoField(std::string_view field);

}  // namespace bowline
