#include "plan/common/metrics_sentinel.h"

#include <algorithm>
#include <format>

#include "plan/common/metrics_info.h"

namespace bowline {
namespace {

using enum MetricType;

constexpr int kMostPrimaries = 16;
constexpr std::string_view kPrefix = "redis_";

double Number(const InfoFields& fields, std::string_view key) {
  return InfoNumber(fields, key).value_or(0);
}

/// Those without the flags s_down and o_down; without any flags none.
double WellOnes(const std::vector<SentinelFields>& peers) {
  return static_cast<double>(std::ranges::count_if(peers, [](const SentinelFields& peer) {
    const auto flags = peer.find("flags");
    return flags != peer.end() && !flags->second.contains("s_down") &&
           !flags->second.contains("o_down");
  }));
}

/// Of INFO: "master0:name=mymaster,status=ok,address=10.0.0.1:6379,slaves=2,sentinels=3".
void AddListed(const InfoFields& info, MetricSet& set) {
  for (int i = 0; i < kMostPrimaries; ++i) {
    const auto field = info.find(std::format("master{}", i));
    if (field == info.end()) return;
    const InfoFields parts = MetricParts(field->second);
    const auto replicas = InfoNumber(parts, "slaves");
    const auto sentinels = InfoNumber(parts, "sentinels");
    if (!replicas || !sentinels) continue;
    const MetricLabels labels = {{"master_name", InfoText(parts, "name")},
                                 {"master_address", InfoText(parts, "address")}};
    const std::string status = InfoText(parts, "status");
    MetricLabels with_status = labels;
    with_status.emplace_back("master_status", status);
    set.AddOnce("redis_sentinel_master_status", kGauge, "The primary is well: 1.",
                status == "ok" ? 1 : 0, std::move(with_status));
    set.AddOnce("redis_sentinel_master_slaves", kGauge, "Replicas that the sentinel lists.",
                *replicas, labels);
    set.AddOnce("redis_sentinel_master_sentinels", kGauge,
                "Sentinels that the sentinel lists, itself included.", *sentinels, labels);
  }
}

void AddWatched(const WatchedPrimary& watched, MetricSet& set) {
  const SentinelFields& primary = watched.primary;
  const std::string name = InfoText(primary, "name");
  const MetricLabels labels = {
      {"master_name", name},
      {"master_address", InfoText(primary, "ip") + ":" + InfoText(primary, "port")}};
  const auto add = [&](const char* metric, const char* help, double value) {
    set.Add(metric, kGauge, help, value, labels);
  };
  set.Add("redis_sentinel_master_ckquorum_status", kGauge,
          "Enough sentinels can be reached for a failover.", watched.quorum ? 1 : 0,
          {{"master_name", name}, {"message", watched.quorum_text}});
  add("redis_sentinel_master_setting_ckquorum", "Setting quorum.", Number(primary, "quorum"));
  add("redis_sentinel_master_setting_failover_timeout", "Setting failover-timeout.",
      Number(primary, "failover-timeout"));
  add("redis_sentinel_master_setting_parallel_syncs", "Setting parallel-syncs.",
      Number(primary, "parallel-syncs"));
  add("redis_sentinel_master_setting_down_after_milliseconds", "Setting down-after-milliseconds.",
      Number(primary, "down-after-milliseconds"));
  add("redis_sentinel_master_config_epoch", "Config epoch of the primary's address.",
      Number(primary, "config-epoch"));
  add("redis_sentinel_master_last_ok_ping_reply_seconds",
      "Seconds since the primary last answered PING well.",
      Number(primary, "last-ok-ping-reply") / 1000);
  add("redis_sentinel_master_ok_sentinels", "Sentinels that are not down, this one included.",
      1 + WellOnes(watched.sentinels));
  add("redis_sentinel_master_ok_slaves", "Replicas that are not down.", WellOnes(watched.replicas));
}

}  // namespace

void AddSentinelMetrics(const InfoFields& info, const std::optional<WatchedPrimary>& watched,
                        MetricSet& set) {
  for (const std::string_view name :
       {"redis_sentinel_masters", "redis_sentinel_tilt", "redis_sentinel_running_scripts",
        "redis_sentinel_scripts_queue_length", "redis_sentinel_simulate_failure_flags"}) {
    const std::string_view field = name.substr(kPrefix.size());
    if (!info.contains(field)) continue;
    set.Add(name, kGauge, std::format("INFO field {}.", field), Number(info, field));
  }
  AddListed(info, set);
  if (watched) AddWatched(*watched, set);
}

}  // namespace bowline
