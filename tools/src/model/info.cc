#include "model/info.h"

#include <charconv>
#include <concepts>
#include <format>
#include <limits>

#include "base/parse.h"

namespace bowline {

namespace {

using Fields = std::map<std::string, std::string, std::less<>>;

/// The field's text; empty when it is missing.
std::string_view Text(const Fields& fields, std::string_view key) {
  const auto field = fields.find(key);
  return field == fields.end() ? std::string_view() : std::string_view(field->second);
}

/// Reads a number into `number`, which keeps its value when the field is missing.
template <std::integral Number>
Status Read(const Fields& fields, std::string_view key, Number& number) {
  const auto field = fields.find(key);
  if (field == fields.end()) return {};
  if constexpr (std::same_as<Number, std::uint64_t>) {
    const auto parsed = ParseUint64(field->second);
    if (!parsed) return FailWith(parsed, key);
    number = *parsed;
  } else {
    const auto parsed = ParseInt(field->second, std::numeric_limits<Number>::min(),
                                 std::numeric_limits<Number>::max());
    if (!parsed) return FailWith(parsed, key);
    number = static_cast<Number>(*parsed);
  }
  return {};
}

/// "ip=10.0.0.7,port=6379,state=online,offset=42,lag=0[,type=replica...]"
Result<ReplicaEntry> ParseReplica(std::string_view text) {
  Fields fields;
  for (const std::string_view part : Split(text, ',')) {
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) {
      return Fail(Code::kInvalidArgument, "{} is no replica entry", Quoted(text));
    }
    fields.insert_or_assign(std::string(part.substr(0, equals)),
                            std::string(part.substr(equals + 1)));
  }
  ReplicaEntry entry;
  entry.ip = Text(fields, "ip");
  entry.state = Text(fields, "state");
  RETURN_IF_ERROR(Read(fields, "port", entry.port));
  RETURN_IF_ERROR(Read(fields, "offset", entry.offset));
  RETURN_IF_ERROR(Read(fields, "lag", entry.lag_seconds));
  return entry;
}

Status ReadPrimary(const Fields& fields, EngineInfo& info) {
  RETURN_IF_ERROR(Read(fields, "master_repl_offset", info.offset));
  RETURN_IF_ERROR(Read(fields, "min_slaves_good_slaves", info.good_replicas));
  info.append_only = Text(fields, "aof_enabled") == "1";
  info.append_ok = !info.append_only || Text(fields, "aof_last_write_status") != "err";
  info.snapshot_ok = Text(fields, "rdb_last_bgsave_status") != "err";
  for (int i = 0;; ++i) {
    const std::string key = std::format("slave{}", i);
    const auto field = fields.find(key);
    if (field == fields.end()) return {};
    auto entry = ParseReplica(field->second);
    if (!entry) return FailWith(entry, key);
    info.replicas.push_back(*std::move(entry));
  }
}

/// 0 for anything that is no finite number: a percentage is for people only.
double Percent(std::string_view text) {
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc() && value >= 0 && value <= 100 ? value : 0;
}

Status ReadReplica(const Fields& fields, EngineInfo& info) {
  info.primary_host = Text(fields, "master_host");
  info.link_up = Text(fields, "master_link_status") == "up";
  info.sync_in_progress = Text(fields, "master_sync_in_progress") == "1";
  info.sync_percent = Percent(Text(fields, "master_sync_perc"));
  RETURN_IF_ERROR(Read(fields, "slave_repl_offset", info.offset));
  RETURN_IF_ERROR(Read(fields, "master_port", info.primary_port));
  RETURN_IF_ERROR(Read(fields, "master_link_down_since_seconds", info.link_down_seconds));
  return Read(fields, "master_last_io_seconds_ago", info.last_io_seconds);
}

}  // namespace

std::map<std::string, std::string, std::less<>> ParseInfo(std::string_view text) {
  Fields fields;
  for (const std::string_view line : SplitLines(text)) {
    const std::size_t colon = line.find(':');
    if (line.starts_with('#') || colon == std::string_view::npos) continue;
    fields.insert_or_assign(std::string(line.substr(0, colon)),
                            std::string(Trim(line.substr(colon + 1))));
  }
  return fields;
}

Result<EngineInfo> ParseEngineInfo(std::string_view text) {
  const Fields fields = ParseInfo(text);
  const std::string_view role = Text(fields, "role");
  EngineInfo info;
  info.primary = role == "master";
  if (!info.primary && role != "slave") {
    return Fail(Code::kInvalidArgument, "no INFO reply: its role is {} (master or slave)",
                role.empty() ? "missing" : Quoted(role));
  }
  info.version = Text(fields, "valkey_version");
  if (info.version.empty()) info.version = Text(fields, "redis_version");
  info.replication_id = Text(fields, "master_replid");
  info.previous_id = Text(fields, "master_replid2");
  RETURN_IF_ERROR(Read(fields, "second_repl_offset", info.previous_offset));
  info.loading = Text(fields, "loading") == "1";
  info.loading_percent = Percent(Text(fields, "loading_loaded_perc"));
  RETURN_IF_ERROR(info.primary ? ReadPrimary(fields, info) : ReadReplica(fields, info));
  return info;
}

Result<ClusterInfo> ParseClusterInfo(std::string_view text) {
  const Fields fields = ParseInfo(text);
  const std::string_view state = Text(fields, "cluster_state");
  if (state != "ok" && state != "fail") {
    return Fail(Code::kInvalidArgument, "no CLUSTER INFO reply: its cluster_state is {}",
                state.empty() ? "missing" : Quoted(state));
  }
  ClusterInfo info;
  info.state_ok = state == "ok";
  RETURN_IF_ERROR(Read(fields, "cluster_slots_assigned", info.slots_assigned));
  RETURN_IF_ERROR(Read(fields, "cluster_slots_ok", info.slots_ok));
  RETURN_IF_ERROR(Read(fields, "cluster_slots_fail", info.slots_fail));
  RETURN_IF_ERROR(Read(fields, "cluster_known_nodes", info.known_nodes));
  RETURN_IF_ERROR(Read(fields, "cluster_size", info.size));
  RETURN_IF_ERROR(Read(fields, "cluster_current_epoch", info.current_epoch));
  RETURN_IF_ERROR(Read(fields, "cluster_my_epoch", info.my_epoch));
  return info;
}

}  // namespace bowline
