#include "plan/common/metrics_info.h"

#include <algorithm>
#include <charconv>
#include <format>

#include "base/parse.h"
#include "model/info.h"
#include "plan/common/metrics_commands.h"
#include "plan/common/metrics_fields.h"

namespace bowline {
namespace {

using enum MetricType;

constexpr int kMostDatabases = 64;
constexpr int kMostReplicas = 64;
constexpr int kMostClusterFields = 64;
constexpr std::string_view kIoThread = "used_active_time_io_thread_";

/// Is it `prefix` and a number? The number.
std::optional<std::string_view> Numbered(std::string_view key, std::string_view prefix) {
  if (!key.starts_with(prefix)) return std::nullopt;
  const std::string_view number = key.substr(prefix.size());
  const bool digits = std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
  return !number.empty() && digits ? std::optional(number) : std::nullopt;
}

/// For the generic names of CLUSTER INFO.
bool IsName(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

class InfoMetrics {
 public:
  explicit InfoMetrics(MetricSet& set) : set_(set) {}

  void Field(const std::string& key, const std::string& text) {
    const InfoField* known = FindInfoField(key);
    const bool cluster = known == nullptr && key.starts_with("cluster_") && IsName(key);
    const auto thread = Numbered(key, kIoThread);
    if (known == nullptr && !cluster && !thread) return;
    const auto value = MetricNumber(text);
    if (!value) return;
    const std::string help = "INFO field " + key + ".";
    if (known != nullptr) {
      const bool microseconds = key == "latest_fork_usec";
      set_.AddOnce(known->metric, known->type, help, microseconds ? *value / 1e6 : *value, {});
    } else if (thread) {
      set_.Add("redis_active_time_io_thread_seconds_total", kCounter, "CPU time of an I/O thread.",
               *value, {{"thread", std::string(*thread)}});
    } else if (++cluster_fields_ <= kMostClusterFields) {
      set_.AddOnce("redis_" + key, kGauge, "CLUSTER INFO field " + key + ".", *value, {});
    }
  }

  void Server(const InfoFields& fields, std::int64_t now) {
    if (const auto uptime = InfoNumber(fields, "uptime_in_seconds")) {
      set_.Add("redis_start_time_seconds", kGauge, "Start of the process, seconds since 1970.",
               static_cast<double>(now) - *uptime);
    }
    if (const auto hz = InfoNumber(fields, "hz")) {
      set_.Add("redis_hz", kGauge, "INFO field hz.", *hz);
    }
    if (const auto hz = InfoNumber(fields, "configured_hz")) {
      set_.Add("redis_configured_hz", kGauge, "INFO field configured_hz.", *hz);
    }
    Instance(fields);
  }

  void Replica(const InfoFields& fields) {
    const MetricLabels primary = {{"master_host", InfoText(fields, "master_host")},
                                  {"master_port", InfoText(fields, "master_port")}};
    const auto add = [&](const char* name, const char* help, double value) {
      set_.Add(name, kGauge, help, value, primary);
    };
    if (const auto link = fields.find("master_link_status"); link != fields.end()) {
      add("redis_master_link_up", "The link to the primary is up.", link->second == "up" ? 1 : 0);
    }
    const auto copy = [&](const char* field, const char* name, const char* help) {
      if (!fields.contains(field)) return;
      add(name, help, InfoNumber(fields, field).value_or(0));
    };
    copy("master_last_io_seconds_ago", "redis_master_last_io_seconds_ago",
         "Seconds since the primary was last heard.");
    copy("master_sync_in_progress", "redis_master_sync_in_progress",
         "The whole dataset is being copied from the primary.");
    copy("slave_repl_offset", "redis_slave_repl_offset", "Replication offset of the replica.");
    if (InfoText(fields, "role") != "slave") return;
    MetricLabels labels = primary;
    labels.emplace_back("read_only", InfoText(fields, "slave_read_only"));
    set_.Add("redis_slave_info", kGauge, "What the replica is.", 1, std::move(labels));
  }

  void ListedReplica(std::string_view text) {
    if (++replicas_ > kMostReplicas) return;
    const InfoFields parts = MetricParts(text);
    const auto offset = InfoNumber(parts, "offset");
    if (!offset) return;
    const MetricLabels labels = {{"slave_ip", InfoText(parts, "ip")},
                                 {"slave_port", InfoText(parts, "port")},
                                 {"slave_state", InfoText(parts, "state")}};
    set_.AddOnce("redis_connected_slave_offset_bytes", kGauge,
                 "Replication offset that a replica acknowledged.", *offset, labels);
    const auto lag = InfoNumber(parts, "lag");
    if (!lag || *lag < 0) return;
    set_.AddOnce("redis_connected_slave_lag_seconds", kGauge,
                 "Seconds since a replica last acknowledged.", *lag, labels);
  }

  void Database(const std::string& name, std::string_view text) {
    if (std::ssize(databases_) >= kMostDatabases) return;
    const InfoFields parts = MetricParts(text);
    const auto keys = InfoNumber(parts, "keys");
    const auto expiring = InfoNumber(parts, "expires");
    if (!keys || !expiring) return;
    AddDatabase(name, *keys, *expiring);
    const auto milliseconds = InfoNumber(parts, "avg_ttl");
    if (!milliseconds) return;
    set_.Add("redis_db_avg_ttl_seconds", kGauge, "Average time that expiring keys have left.",
             *milliseconds / 1000, {{"db", name}});
  }

  void EmptyDatabases(int databases) {
    for (int i = 0; i < std::min(databases, kMostDatabases); ++i) {
      const std::string name = std::format("db{}", i);
      if (!std::ranges::contains(databases_, name)) AddDatabase(name, 0, 0);
    }
  }

 private:
  void AddDatabase(const std::string& name, double keys, double expiring) {
    databases_.push_back(name);
    set_.Add("redis_db_keys", kGauge, "Keys of a database.", keys, {{"db", name}});
    set_.Add("redis_db_keys_expiring", kGauge, "Keys of a database that expire.", expiring,
             {{"db", name}});
  }

  void Instance(const InfoFields& fields) {
    MetricLabels labels;
    for (const char* key :
         {"role", "redis_version", "redis_build_id", "redis_mode", "os", "maxmemory_policy",
          "tcp_port", "run_id", "process_id", "master_replid"}) {
      labels.emplace_back(key, InfoText(fields, key));
    }
    for (const char* key : {"valkey_version", "valkey_release_stage"}) {
      if (fields.contains(key)) labels.emplace_back(key, InfoText(fields, key));
    }
    set_.Add("redis_instance_info", kGauge, "What the process is.", 1, std::move(labels));
  }

  MetricSet& set_;
  std::vector<std::string> databases_;
  int replicas_ = 0;
  int cluster_fields_ = 0;
};

}  // namespace

std::optional<double> MetricNumber(std::string_view text) {
  if (text == "ok" || text == "true") return 1;
  if (text == "err" || text == "fail" || text == "false") return 0;
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || result.ec != std::errc() || result.ptr != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

InfoFields MetricParts(std::string_view text) {
  InfoFields parts;
  for (const std::string_view part : Split(text, ',')) {
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) continue;
    parts.insert_or_assign(std::string(part.substr(0, equals)),
                           std::string(part.substr(equals + 1)));
  }
  return parts;
}

std::string InfoText(const InfoFields& fields, std::string_view field) {
  const auto found = fields.find(field);
  return found == fields.end() ? std::string() : found->second;
}

std::optional<double> InfoNumber(const InfoFields& fields, std::string_view field) {
  const auto found = fields.find(field);
  return found == fields.end() ? std::nullopt : MetricNumber(found->second);
}

std::optional<double> InfoNumber(std::string_view info, std::string_view field) {
  for (const std::string_view line : SplitLines(info)) {
    if (!line.starts_with(field) || !line.substr(field.size()).starts_with(':')) continue;
    return MetricNumber(Trim(line.substr(field.size() + 1)));
  }
  return std::nullopt;
}

void AddInfoMetrics(const InfoTexts& texts, MetricSet& set) {
  const InfoFields fields = ParseInfo(texts.info);
  InfoMetrics metrics(set);
  for (const auto& [key, text] : fields) {
    if (Numbered(key, "db")) {
      metrics.Database(key, text);
    } else if (Numbered(key, "slave")) {
      metrics.ListedReplica(text);
    } else {
      metrics.Field(key, text);
    }
  }
  metrics.Server(fields, texts.now);
  metrics.Replica(fields);
  metrics.EmptyDatabases(texts.databases);
  for (const auto& [key, text] : ParseInfo(texts.cluster)) {
    if (key.starts_with("cluster_")) metrics.Field(key, text);
  }
  AddErrorMetrics(fields, set);
}

}  // namespace bowline
