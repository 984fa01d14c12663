#include "plan/common/metrics_commands.h"

#include <algorithm>
#include <format>
#include <optional>

namespace bowline {
namespace {

using enum MetricType;

// An engine knows some 400 commands and subcommands.
constexpr int kMostCommands = 512;
// The engines' own bound, since redis 7.2 and valkey 8.0.
constexpr int kMostErrors = 128;
constexpr std::size_t kLongestError = 32;
constexpr std::string_view kCommand = "cmdstat_";
constexpr std::string_view kError = "errorstat_";
constexpr std::string_view kPercentiles = "latency_percentiles_usec_";

/// Scripts make errors of any name: only what looks like an engine's is told by its name.
bool IsErrorName(std::string_view text) {
  return !text.empty() && text.size() <= kLongestError && std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// Calls `use` with the rest of each key that begins with `prefix`, and its parts.
template <typename Use>
void ForEach(const InfoFields& fields, std::string_view prefix, const Use& use) {
  for (auto field = fields.lower_bound(prefix);
       field != fields.end() && field->first.starts_with(prefix); ++field) {
    use(field->first.substr(prefix.size()), MetricParts(field->second));
  }
}

void AddPercentiles(const InfoFields& statistics, const std::string& command,
                    const InfoFields& parts, MetricSet& set) {
  const auto counted = statistics.find(std::format("{}{}", kCommand, command));
  if (counted == statistics.end()) return;
  const InfoFields totals = MetricParts(counted->second);
  MetricDistribution times{.parts = {},
                           .sum = InfoNumber(totals, "usec").value_or(0),
                           .count = InfoNumber(totals, "calls").value_or(0)};
  for (const auto& [name, text] : parts) {
    const auto quantile = name.starts_with('p') ? MetricNumber(name.substr(1)) : std::nullopt;
    const auto value = MetricNumber(text);
    if (!quantile || !value) return;
    times.parts.emplace_back(name.substr(1), *value);
  }
  set.AddDistribution("redis_latency_percentiles_usec", kSummary,
                      "Percentiles of a command's time in microseconds.", times,
                      {{"cmd", command}});
}

/// Of the command and its subcommands.
double Microseconds(const InfoFields& statistics, const std::string& command) {
  double sum = 0;
  const std::string own = std::format("{}{}", kCommand, command);
  const auto add = [&](const std::string& text) {
    sum += InfoNumber(MetricParts(text), "usec").value_or(0);
  };
  if (const auto field = statistics.find(own); field != statistics.end()) add(field->second);
  for (auto field = statistics.lower_bound(own + "|");
       field != statistics.end() && field->first.starts_with(own + "|"); ++field) {
    add(field->second);
  }
  return sum;
}

}  // namespace

void AddErrorMetrics(const InfoFields& info, MetricSet& set) {
  double others = 0;
  int named = 0;
  ForEach(info, kError, [&](const std::string& name, const InfoFields& parts) {
    const auto count = InfoNumber(parts, "count");
    if (!count) return;
    if (!IsErrorName(name) || ++named > kMostErrors) {
      others += *count;
      return;
    }
    set.Add("redis_errors_total", kCounter, "Error replies by their first word.", *count,
            {{"err", name}});
  });
  if (others == 0) return;
  set.Add("redis_errors_total", kCounter, "Error replies by their first word.", others,
          {{"err", "other"}});
}

void AddCommandMetrics(const InfoFields& statistics, MetricSet& set) {
  int told = 0;
  ForEach(statistics, kCommand, [&](const std::string& command, const InfoFields& parts) {
    if (++told > kMostCommands) return;
    const auto add = [&](const char* name, const char* help, const char* part, double unit) {
      const auto value = InfoNumber(parts, part);
      if (value) set.Add(name, kCounter, help, *value / unit, {{"cmd", command}});
    };
    add("redis_commands_total", "Calls of a command.", "calls", 1);
    add("redis_commands_duration_seconds_total", "Time spent in a command.", "usec", 1e6);
    add("redis_commands_rejected_calls_total", "Calls refused before the command ran.",
        "rejected_calls", 1);
    add("redis_commands_failed_calls_total", "Calls that ended with an error.", "failed_calls", 1);
  });
  told = 0;
  ForEach(statistics, kPercentiles, [&](const std::string& command, const InfoFields& parts) {
    if (++told > kMostCommands) return;
    AddPercentiles(statistics, command, parts, set);
  });
}

void AddCommandTimes(const std::vector<CommandTimes>& commands, const InfoFields& statistics,
                     MetricSet& set) {
  int told = 0;
  for (const CommandTimes& times : commands) {
    if (++told > kMostCommands) return;
    MetricDistribution seen{.parts = {},
                            .sum = Microseconds(statistics, times.command),
                            .count = static_cast<double>(times.calls)};
    for (const auto& [microseconds, count] : times.buckets) {
      seen.parts.emplace_back(std::to_string(microseconds), static_cast<double>(count));
    }
    set.AddDistribution("redis_commands_latencies_usec", kHistogram,
                        "Times of a command in microseconds.", seen, {{"cmd", times.command}});
  }
}

}  // namespace bowline
