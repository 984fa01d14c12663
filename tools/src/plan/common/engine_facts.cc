#include "plan/common/engine_facts.h"

#include "model/info.h"
#include "plan/common/metrics_info.h"

namespace bowline {

EngineFacts ReadEngineFacts(std::string_view info) {
  const InfoFields fields = ParseInfo(info);
  const auto number = [&](std::string_view field) {
    return static_cast<std::int64_t>(InfoNumber(fields, field).value_or(-1));
  };
  const auto is = [&](std::string_view field, std::string_view text) {
    return InfoText(fields, field) == text;
  };
  return {.used_memory = number("used_memory"),
          .max_memory = number("maxmemory"),
          .clients = number("connected_clients"),
          .uptime_seconds = number("uptime_in_seconds"),
          .saved_at = number("rdb_last_save_time"),
          .unsaved_changes = number("rdb_changes_since_last_save"),
          .saves = is("rdb_bgsave_in_progress", "1") || is("aof_rewrite_in_progress", "1"),
          .append_only = is("aof_enabled", "1"),
          .append_ok = is("aof_last_write_status", "ok"),
          .snapshot_ok = is("rdb_last_bgsave_status", "ok")};
}

}  // namespace bowline
