#pragma once
// What `bowline status` asks the engines themselves, as a report does not tell it. Pure.

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "model/identity.h"
#include "plan/common/acl_log.h"

namespace bowline {

/// Of INFO, but for the last one. -1, or false: the engine does not tell it.
struct EngineFacts {
  std::int64_t used_memory = -1;  ///< bytes
  std::int64_t max_memory = -1;   ///< bytes; 0: no limit
  std::int64_t clients = -1;      ///< connected, replicas left out
  std::int64_t uptime_seconds = -1;
  std::int64_t saved_at = -1;  ///< the last snapshot, or the engine's start; seconds since 1970
  std::int64_t unsaved_changes = -1;  ///< since the last snapshot
  bool saves = false;                 ///< a snapshot, or an append-only file anew, right now
  bool append_only = false;           ///< an append-only file is written
  bool append_ok = false;             ///< the last write of it was good
  bool snapshot_ok = false;           ///< so was the last snapshot
  /// What it has refused, the newest first; empty: not asked, or it does not tell it.
  std::optional<std::vector<AclDenial>> acl_log = {};
  bool operator==(const EngineFacts&) const = default;
};

/// Of those that have answered.
using EngineFactsBook = std::map<MemberName, EngineFacts>;

/// From a reply to INFO with the sections server, clients, memory and persistence. A field that is
/// missing, or no number, is not known.
EngineFacts ReadEngineFacts(std::string_view info);

}  // namespace bowline
