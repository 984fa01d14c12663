#pragma once
// INFO and CLUSTER INFO as metrics, with the names, labels and types of redis_exporter v1.88. Pure.
// What an engine says may be anything: a field that is not as it should be is left out, and the
// number of samples is bounded (docs/reference/metrics.md has the bounds).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/metrics.h"

namespace bowline {

/// As ParseInfo has them.
using InfoFields = std::map<std::string, std::string, std::less<>>;

/// "12.5" -> 12.5; "ok" and "true" are 1, "err", "fail" and "false" 0. Nothing for any other text,
/// and for a number that no double has.
std::optional<double> MetricNumber(std::string_view text);

/// "a=1,b=x" -> a: 1, b: x. A part without "=" is left out.
InfoFields MetricParts(std::string_view text);

/// Empty when the field is missing.
std::string InfoText(const InfoFields& fields, std::string_view field);
/// Nothing when the field is missing or no number.
std::optional<double> InfoNumber(const InfoFields& fields, std::string_view field);

/// Of a text with lines "field:value". Nothing when the field is missing or no number.
std::optional<double> InfoNumber(std::string_view info, std::string_view field);

struct InfoTexts {
  std::string_view info;     ///< INFO, of an engine or a sentinel
  std::string_view cluster;  ///< CLUSTER INFO
  std::int64_t now = 0;      ///< seconds since 1970
  /// How many databases there are: the empty ones have metrics, too; 0 for a sentinel.
  int databases = 0;
};

void AddInfoMetrics(const InfoTexts& texts, MetricSet& set);

}  // namespace bowline
