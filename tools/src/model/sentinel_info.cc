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
  ASSIGN_OR_RETURN(const std::string_view role, Field(fields, "role-reported"));
  snapshot.primary_denies = role != "master";
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
  peer.connected = !HasFlag(flags, "disconnected");
  peer.down = !peer.connected || HasFlag(flags, "s_down") || HasFlag(flags, "o_down");
  ASSIGN_OR_RETURN(const std::string_view silent, Field(fields, "last-ok-ping-reply"));
  ASSIGN_OR_RETURN(peer.silent_milliseconds,
                   ParseInt(silent, 0, std::numeric_limits<std::int64_t>::max()));
  const auto priority = fields.find("slave-priority");
  if (priority != fields.end()) {
    const auto parsed = ParseInt(priority->second, 0, std::numeric_limits<int>::max());
    if (parsed) peer.priority = static_cast<int>(*parsed);
  }
  return peer;
}

}  // namespace bowline
