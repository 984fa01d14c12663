#include "plan/common/metrics_engine.h"

#include <algorithm>
#include <format>

#include "base/parse.h"
#include "model/info.h"
#include "plan/common/metrics_info.h"
#include "plan/common/metrics_sentinel.h"

namespace bowline {
namespace {

using enum MetricType;

constexpr int kUsualDatabases = 16;  // both engines' default
constexpr int kMostSpikes = 32;      // the engines have about 15 events
constexpr std::string_view kCommandLog = "commandlog-";

std::string MetricName(std::string_view directive) {
  std::string name(directive);
  std::ranges::replace(name, '-', '_');
  return name;
}

/// "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60"
void AddBufferLimits(std::string_view text, MetricSet& set) {
  const std::vector<std::string_view> words = Split(text, ' ');
  const auto add = [&](const char* name, const char* help, std::string_view number,
                       std::string_view kind, const char* limit) {
    const auto value = MetricNumber(number);
    if (!value) return;
    set.AddOnce(name, kGauge, help, *value, {{"class", std::string(kind)}, {"limit", limit}});
  };
  const char* bytes = "redis_config_client_output_buffer_limit_bytes";
  const char* help = "client-output-buffer-limit by kind of client.";
  for (std::size_t i = 0; i + 3 < words.size() && i < 16; i += 4) {
    add(bytes, help, words[i + 1], words[i], "hard");
    add(bytes, help, words[i + 2], words[i], "soft");
    add("redis_config_client_output_buffer_limit_overcome_seconds", help, words[i + 3], words[i],
        "soft");
  }
}

void AddConfig(const EngineTold& told, MetricSet& set) {
  for (const auto& [directive, text] : told.config) {
    const auto value = MetricNumber(text);
    const std::string help = "Directive " + directive + ".";
    if (directive == "client-output-buffer-limit") {
      AddBufferLimits(text, set);
    } else if (!value || directive == "databases") {
      continue;
    } else if (directive.starts_with(kCommandLog)) {
      set.AddOnce("redis_" + MetricName(directive), kGauge, help, *value, {});
    } else {
      set.AddOnce("redis_config_" + MetricName(directive), kGauge, help, *value, {});
    }
  }
}

void AddLogs(const EngineTold& told, MetricSet& set) {
  for (const auto& [kind, length] : told.command_logs) {
    set.Add(std::format("redis_commandlog_{}_length", MetricName(kind)), kGauge,
            "Entries of the command log " + kind + ".", static_cast<double>(length));
  }
  int spikes = 0;
  for (const LatencySpike& spike : told.spikes) {
    if (++spikes > kMostSpikes) break;
    set.AddOnce("redis_latency_spike_last", kGauge,
                "When the latency monitor last saw an event, seconds since 1970.",
                static_cast<double>(spike.at), {{"event_name", spike.event}});
    set.AddOnce("redis_latency_spike_duration_seconds", kGauge,
                "How long the last event of the latency monitor took.",
                static_cast<double>(spike.milliseconds) / 1000, {{"event_name", spike.event}});
  }
  if (!told.slow_commands) return;
  set.Add("redis_slowlog_length", kGauge, "Entries of the slow log.",
          static_cast<double>(*told.slow_commands));
  set.Add("redis_slowlog_last_id", kGauge, "Id of the newest entry of the slow log.",
          static_cast<double>(told.last_slow_id));
  set.Add("redis_last_slow_execution_duration_seconds", kGauge,
          "Time of the newest entry of the slow log.",
          static_cast<double>(told.last_slow_microseconds) / 1e6);
}

/// Cluster mode knows one.
int Databases(const EngineAnswers& answers, const EngineTold& told) {
  if (!answers.data) return 0;
  if (!answers.cluster.empty()) return 1;
  const auto declared = told.config.find("databases");
  if (declared == told.config.end()) return kUsualDatabases;
  return static_cast<int>(ParseInt(declared->second, 0, 1 << 20).value_or(kUsualDatabases));
}

}  // namespace

std::vector<std::string> MetricDirectives() {
  return {
      "io-threads", "maxclients",  "maxmemory", "repl-backlog-size", "client-output-buffer-limit",
      "databases",  "commandlog-*"};
}

std::vector<std::string> CommandLogKinds() { return {"slow", "large-request", "large-reply"}; }

void AddEngineMetrics(const EngineAnswers& answers, const EngineTold& told, MetricSet& set) {
  set.Add("redis_up", kGauge, "The engine, or the sentinel, answers.", answers.up ? 1 : 0);
  if (!answers.up) return;
  AddInfoMetrics({.info = answers.data ? answers.info : std::string_view(told.info),
                  .cluster = answers.cluster,
                  .now = answers.now,
                  .databases = Databases(answers, told)},
                 set);
  const InfoFields statistics = ParseInfo(told.statistics);
  AddCommandMetrics(statistics, set);
  AddCommandTimes(told.times, statistics, set);
  AddConfig(told, set);
  AddLogs(told, set);
  if (!answers.data) AddSentinelMetrics(ParseInfo(told.info), told.watched, set);
}

}  // namespace bowline
