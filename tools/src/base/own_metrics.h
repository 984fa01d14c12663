#pragma once
// The program's own metrics: name, type, labels and what each tells. The one table of them; docs/
// reference/metrics.md has the same rows (`ci/docs/check`). Their names are an interface.

#include <span>
#include <string_view>

#include "base/metrics.h"

namespace bowline {

struct OwnMetric {
  std::string_view name;
  MetricType type = MetricType::kGauge;
  std::string_view labels;  ///< their names, with commas between
  std::string_view help;
};

/// In the order of their names.
std::span<const OwnMetric> OwnMetrics();

/// nullptr for a name that is not in the table.
const OwnMetric* FindOwnMetric(std::string_view name);

/// Adds a sample of a metric of the table; of another one none.
void AddOwn(MetricSet& set, std::string_view name, double value, MetricLabels labels = {});

}  // namespace bowline
