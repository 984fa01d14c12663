#pragma once
// INFO and CLUSTER INFO replies as structs. Field names of the engines (master_*, slave_*) stay in
// here.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace bowline {

/// "key:value" lines of INFO or CLUSTER INFO, comments and blank lines left out. Later keys win.
std::map<std::string, std::string, std::less<>> ParseInfo(std::string_view text);

/// A replica as its primary's INFO replication lists it
/// ("slave0:ip=...,port=...,state=online,offset=...,lag=0").
struct ReplicaEntry {
  std::string ip;
  int port = 0;
  std::string state;
  std::int64_t offset = 0;
  int lag_seconds = -1;
  bool operator==(const ReplicaEntry&) const = default;
};

/// What one engine says of itself (INFO server, persistence, replication).
struct EngineInfo {
  bool primary = false;
  std::string version;                ///< redis_version or valkey_version
  std::string replication_id;         ///< master_replid
  std::int64_t offset = 0;            ///< primary: master_repl_offset; replica: slave_repl_offset
  std::string previous_id;            ///< master_replid2: the history before the last promotion
  std::int64_t previous_offset = -1;  ///< second_repl_offset: where that history ended; -1: none
  bool loading = false;
  double loading_percent = 0;
  // replica only
  std::string primary_host;
  int primary_port = 0;
  bool link_up = false;
  bool sync_in_progress = false;
  double sync_percent = 0;              ///< of the copy; 0 while the engine does not know its size
  std::int64_t link_down_seconds = -1;  ///< -1: link up, or never was up
  std::int64_t last_io_seconds = -1;
  // primary only
  std::vector<ReplicaEntry> replicas;
  int good_replicas = -1;    ///< that keep up; -1: the engine does not ask for any
  bool append_only = false;  ///< an append-only file is written
  bool append_ok = true;     ///< the append-only file could be written, as far as there is one
  bool snapshot_ok = true;   ///< so could the last snapshot
  bool operator==(const EngineInfo&) const = default;
};

/// kInvalidArgument when the role field is missing or unknown (a reply that is no INFO).
Result<EngineInfo> ParseEngineInfo(std::string_view text);

struct ClusterInfo {
  bool state_ok = false;
  int slots_assigned = 0;
  int slots_ok = 0;
  int slots_fail = 0;
  int known_nodes = 0;
  int size = 0;
  std::uint64_t current_epoch = 0;
  std::uint64_t my_epoch = 0;
  bool operator==(const ClusterInfo&) const = default;
};

Result<ClusterInfo> ParseClusterInfo(std::string_view text);

}  // namespace bowline
