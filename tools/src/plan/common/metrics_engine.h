#pragma once
// All that a member's process tells, as metrics with the names, labels and types of redis_exporter
// v1.88 (docs/reference/metrics.md). Pure.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "model/sentinel_info.h"
#include "plan/common/metrics_commands.h"

namespace bowline {

/// One event of LATENCY LATEST.
struct LatencySpike {
  std::string event;
  std::int64_t at = 0;            ///< seconds since 1970
  std::int64_t milliseconds = 0;  ///< of the last one
  std::int64_t longest = 0;       ///< milliseconds
};

/// What a sentinel says of the primary that it watches.
struct WatchedPrimary {
  SentinelFields primary;  ///< SENTINEL MASTER
  bool quorum = false;     ///< SENTINEL CKQUORUM
  std::string quorum_text;
  std::vector<SentinelFields> sentinels;  ///< the others
  std::vector<SentinelFields> replicas;
};

/// What the process has answered beside the questions of a look. What is missing was not answered,
/// or the engine does not know the question.
struct EngineTold {
  std::string info;        ///< of a sentinel, whose looks ask for no INFO
  std::string statistics;  ///< INFO commandstats latencystats
  std::map<std::string, std::string, std::less<>> config;
  std::optional<std::int64_t> slow_commands;  ///< SLOWLOG LEN
  std::int64_t last_slow_id = 0;
  std::int64_t last_slow_microseconds = 0;
  std::vector<LatencySpike> spikes;
  std::vector<CommandTimes> times;
  std::map<std::string, std::int64_t> command_logs;  ///< COMMANDLOG LEN, by kind
  std::optional<WatchedPrimary> watched;
};

/// Directives that EngineTold::config is asked for; an engine that has a command log has this one.
inline constexpr const char* kCommandLogDirective = "commandlog-execution-slower-than";
std::vector<std::string> MetricDirectives();
/// Kinds of COMMANDLOG LEN.
std::vector<std::string> CommandLogKinds();

struct EngineAnswers {
  bool up = false;           ///< the last look was answered; if not, nothing else is told
  bool data = true;          ///< an engine, no sentinel
  std::string_view info;     ///< of the last look
  std::string_view cluster;  ///< the same
  std::int64_t now = 0;      ///< seconds since 1970
};

void AddEngineMetrics(const EngineAnswers& answers, const EngineTold& told, MetricSet& set);

}  // namespace bowline
