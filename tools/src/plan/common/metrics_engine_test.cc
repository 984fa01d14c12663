#include "plan/common/metrics_engine.h"

#include <catch2/catch_test_macros.hpp>

namespace bowline {
namespace {

std::string Printed(const EngineAnswers& answers, const EngineTold& told) {
  MetricSet set;
  AddEngineMetrics(answers, told, set);
  return set.Print();
}

constexpr EngineAnswers kServer{.up = true, .info = "role:master\r\n", .now = 1000};
constexpr EngineAnswers kSentinel{.up = true, .data = false, .now = 1000};

TEST_CASE("of a process that does not answer nothing is told but that") {
  EngineTold told;
  told.statistics = "cmdstat_get:calls=1,usec=1,usec_per_call=1\r\n";
  const std::string text = Printed({.up = false, .info = "role:master\r\n"}, told);
  CHECK(text.ends_with("# TYPE redis_up gauge\nredis_up 0\n"));
}

TEST_CASE("commands: calls, time, percentiles and histogram") {
  EngineTold told;
  told.statistics =
      "# Commandstats\r\n"
      "cmdstat_config|get:calls=2,usec=30,usec_per_call=15,rejected_calls=1,failed_calls=0\r\n"
      "cmdstat_config|set:calls=1,usec=12,usec_per_call=12,rejected_calls=0,failed_calls=1\r\n"
      "cmdstat_odd:calls=many\r\n"
      "# Latencystats\r\n"
      "latency_percentiles_usec_config|get:p50=8.031,p99=27.007,p99.9=27.007\r\n"
      "latency_percentiles_usec_absent:p50=1\r\n"
      "latency_percentiles_usec_odd:x=1\r\n";
  told.times = {{.command = "config", .calls = 3, .buckets = {{8, 1}, {16, 3}}}};
  const std::string text = Printed(kServer, told);
  CHECK(text.contains("redis_commands_total{cmd=\"config|get\"} 2\n"));
  CHECK(text.contains("redis_commands_duration_seconds_total{cmd=\"config|get\"} 3e-05\n"));
  CHECK(text.contains("redis_commands_rejected_calls_total{cmd=\"config|get\"} 1\n"));
  CHECK(text.contains("redis_commands_failed_calls_total{cmd=\"config|set\"} 1\n"));
  CHECK_FALSE(text.contains("cmd=\"odd\""));
  CHECK_FALSE(text.contains("absent"));
  const std::string percentiles = "redis_latency_percentiles_usec";
  CHECK(text.contains("# TYPE " + percentiles + " summary\n"));
  CHECK(text.contains(percentiles + "{cmd=\"config|get\",quantile=\"99.9\"} 27.007\n"));
  CHECK(text.contains(percentiles + "_sum{cmd=\"config|get\"} 30\n"));
  CHECK(text.contains(percentiles + "_count{cmd=\"config|get\"} 2\n"));
  const std::string times = "redis_commands_latencies_usec";
  CHECK(text.contains(times + "_bucket{cmd=\"config\",le=\"16\"} 3\n"));
  CHECK(text.contains(times + "_bucket{cmd=\"config\",le=\"+Inf\"} 3\n"));
  CHECK(text.contains(times + "_sum{cmd=\"config\"} 42\n"));
}

TEST_CASE("directives, logs and latency events") {
  EngineTold told;
  told.config = {{"maxmemory", "1048576"},
                 {"io-threads", "2"},
                 {"databases", "2"},
                 {"commandlog-reply-larger-than", "1024"},
                 {"client-output-buffer-limit", "normal 0 0 0 slave 256 64 60 odd"}};
  told.command_logs = {{"large-reply", 4}};
  told.slow_commands = 3;
  told.last_slow_id = 17;
  told.last_slow_microseconds = 20'000;
  told.spikes = {{.event = "command", .at = 999, .milliseconds = 120}};
  const std::string text = Printed(kServer, told);
  CHECK(text.contains("\nredis_config_maxmemory 1048576\n"));
  CHECK(text.contains("\nredis_config_io_threads 2\n"));
  CHECK(text.contains("\nredis_commandlog_reply_larger_than 1024\n"));
  CHECK(text.contains("\nredis_commandlog_large_reply_length 4\n"));
  const std::string limits = "redis_config_client_output_buffer_limit";
  CHECK(text.contains(limits + "_bytes{class=\"slave\",limit=\"hard\"} 256\n"));
  CHECK(text.contains(limits + "_overcome_seconds{class=\"slave\",limit=\"soft\"} 60\n"));
  CHECK_FALSE(text.contains("odd"));
  CHECK(text.contains("redis_db_keys{db=\"db1\"} 0\n"));
  CHECK_FALSE(text.contains("redis_db_keys{db=\"db2\"}"));
  CHECK_FALSE(text.contains("config_databases"));
  CHECK(text.contains("\nredis_slowlog_length 3\n"));
  CHECK(text.contains("\nredis_slowlog_last_id 17\n"));
  CHECK(text.contains("\nredis_last_slow_execution_duration_seconds 0.02\n"));
  CHECK(text.contains("redis_latency_spike_last{event_name=\"command\"} 999\n"));
  CHECK(text.contains("redis_latency_spike_duration_seconds{event_name=\"command\"} 0.12\n"));
}

TEST_CASE("what was not answered is absent") {
  const std::string text = Printed(kServer, {});
  CHECK(text.contains("\nredis_up 1\n"));
  CHECK_FALSE(text.contains("slowlog"));
  CHECK_FALSE(text.contains("redis_config_"));
}

TEST_CASE("a sentinel") {
  EngineTold told;
  told.info =
      "# Server\r\nuptime_in_seconds:10\r\n# Sentinel\r\nsentinel_masters:1\r\nsentinel_tilt:0\r\n"
      "master0:name=mymaster,status=ok,address=10.0.0.5:6379,slaves=2,sentinels=3\r\n";
  WatchedPrimary& watched = told.watched.emplace();
  watched.primary = {{"name", "mymaster"},
                     {"ip", "10.0.0.5"},
                     {"port", "6379"},
                     {"quorum", "2"},
                     {"down-after-milliseconds", "3000"},
                     {"config-epoch", "7"},
                     {"last-ok-ping-reply", "250"}};
  watched.quorum = true;
  watched.quorum_text = "OK 3 usable Sentinels";
  watched.sentinels = {{{"flags", "sentinel"}}, {{"flags", "s_down,sentinel"}}, {}};
  watched.replicas = {{{"flags", "slave"}}, {{"flags", "slave,disconnected"}}};
  const std::string text = Printed(kSentinel, told);
  const std::string labels = "master_name=\"mymaster\",master_address=\"10.0.0.5:6379\"";
  CHECK(text.contains("\nredis_sentinel_masters 1\n"));
  CHECK(text.contains("\nredis_sentinel_tilt 0\n"));
  CHECK(text.contains("redis_sentinel_master_status{" + labels + ",master_status=\"ok\"} 1\n"));
  CHECK(text.contains("redis_sentinel_master_slaves{" + labels + "} 2\n"));
  CHECK(text.contains("redis_sentinel_master_sentinels{" + labels + "} 3\n"));
  CHECK(text.contains("redis_sentinel_master_ok_sentinels{" + labels + "} 2\n"));
  CHECK(text.contains("redis_sentinel_master_ok_slaves{" + labels + "} 2\n"));
  CHECK(text.contains("redis_sentinel_master_config_epoch{" + labels + "} 7\n"));
  CHECK(text.contains("redis_sentinel_master_last_ok_ping_reply_seconds{" + labels + "} 0.25\n"));
  CHECK(
      text.contains("redis_sentinel_master_ckquorum_status{master_name=\"mymaster\",message="
                    "\"OK 3 usable Sentinels\"} 1\n"));
  CHECK(text.contains("\nredis_start_time_seconds 990\n"));
  CHECK_FALSE(text.contains("redis_db_keys"));
}

}  // namespace
}  // namespace bowline
