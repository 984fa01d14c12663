#pragma once
// The installation record: a ConfigMap of the release that the chart renders empty and the founder
// fills once, by compare-and-swap. It tells a first start from volumes that were all lost.

#include <string>

#include "base/error.h"
#include "model/settings.h"

namespace bowline {

/// The installation id in the record; empty when nobody has founded yet. Errors as the API gives
/// them.
Result<std::string> ReadRecord(const Settings& settings);

/// Writes `installation` if the record is empty; returns what the record holds afterwards.
Result<std::string> FoundInRecord(const Settings& settings, const std::string& installation);

}  // namespace bowline
