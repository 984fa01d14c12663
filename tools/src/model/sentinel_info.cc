#include "model/sentinel_info.h"

#include <algorithm>
#include <limits>

#include "base/parse.h"

namespace bowline {
namespace {

Result<std::string_view> Field(const SentinelFields& fields, std::string_view name) {
  const auto found = fields.find(name);
  if (found == fields.end()) {
    return Fail(Code::kInvalidArgument, "the sentinel's reply has no field {}", name);
  }
  return std::string_view(found->second);
}

Result<int> PortField(const SentinelFields& fields) {
  ASSIGN_OR_RETURN(const std::string_view text, Field(fields, "port"));
  ASSIGN_OR_RETURN(const std::int64_t port, ParseInt(text, 0, 65535));
  return static_cast<int>(port);
}

/// "master,s_down,o_down" has "s_down".
bool HasFlag(std::string_view flags, std::string_view flag) {
  return std::ranges::contains(Split(flags, ','), flag);
}

}  // namespace

Result<SentinelSnapshot> ReadSentinelMaster(const SentinelFields& fields) {
  SentinelSnapshot snapshot;
  ASSIGN_OR_RETURN(const std::string_view ip, Field(fields, "ip"));
  ASSIGN_OR_RETURN(snapshot.primary_port, PortField(fields));
  ASSIGN_OR_RETURN(const std::string_view flags, Field(fields, "flags"));
  ASSIGN_OR_RETURN(const std::string_view epoch, Field(fields, "config-epoch"));
  ASSIGN_OR_RETURN(snapshot.epochs.config, ParseUint64(epoch));
  snapshot.primary_ip = ip;
  snapshot.primary_down = HasFlag(flags, "s_down") || HasFlag(flags, "o_down");
  snapshot.failing_over = HasFlag(flags, "failover_in_progress");
  return snapshot;
}

Result<SentinelPeer> ReadSentinelPeer(const SentinelFields& fields) {
  SentinelPeer peer;
  ASSIGN_OR_RETURN(const std::string_view ip, Field(fields, "ip"));
  ASSIGN_OR_RETURN(peer.port, PortField(fields));
  ASSIGN_OR_RETURN(const std::string_view id, Field(fields, "runid"));
  ASSIGN_OR_RETURN(const std::string_view flags, Field(fields, "flags"));
  peer.ip = ip;
  peer.id = id;
  peer.down =
      HasFlag(flags, "s_down") || HasFlag(flags, "o_down") || HasFlag(flags, "disconnected");
  const auto age = fields.find("info-refresh");
  // Before the first INFO its age is told as 0; the run id comes with that INFO.
  if (age != fields.end() && !peer.id.empty()) {
    const auto parsed = ParseInt(age->second, 0, std::numeric_limits<std::int64_t>::max());
    if (parsed) peer.info_age_milliseconds = *parsed;
  }
  const auto priority = fields.find("slave-priority");
  if (priority != fields.end()) {
    const auto parsed = ParseInt(priority->second, 0, std::numeric_limits<int>::max());
    if (parsed) peer.priority = static_cast<int>(*parsed);
  }
  return peer;
}

}  // namespace bowline
