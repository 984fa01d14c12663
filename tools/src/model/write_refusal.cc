#include "model/write_refusal.h"

#include <format>
#include <limits>

#include "base/parse.h"

namespace bowline {
namespace {

std::string ValueOf(const ConfigFields& directives, std::string_view name) {
  const auto found = directives.find(name);
  return found == directives.end() ? "" : found->second;
}

}  // namespace

bool MayRefuseWrites(const EngineInfo& info) {
  return info.primary && (info.good_replicas >= 0 || !info.append_ok || !info.snapshot_ok);
}

std::optional<std::string> WhyWritesRefused(const EngineInfo& info,
                                            const ConfigFields& directives) {
  if (!info.primary) return std::nullopt;
  if (!info.append_ok) return "MISCONF: the append-only file could not be written";
  if (!info.snapshot_ok && !ValueOf(directives, "save").empty() &&
      ValueOf(directives, "stop-writes-on-bgsave-error") == "yes") {
    return "MISCONF: the last snapshot failed";
  }
  const auto needed =
      ParseInt(ValueOf(directives, "min-replicas-to-write"), 0, std::numeric_limits<int>::max());
  if (!needed || info.good_replicas < 0 || info.good_replicas >= *needed) return std::nullopt;
  return std::format("NOREPLICAS: {} of {} needed replicas keep up", info.good_replicas, *needed);
}

}  // namespace bowline
