#pragma once
// What a sentinel says of the primary that it watches, as a struct. Field names and flags of the
// engines (master, slave, s_down) stay in here and in the .cc.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/identity.h"

namespace bowline {

/// Name -> value of one entry of SENTINEL MASTER, REPLICAS or SENTINELS.
using SentinelFields = std::map<std::string, std::string, std::less<>>;

struct SentinelEpochs {
  std::uint64_t current = 0;
  std::uint64_t config = 0;  ///< of the primary's address: the highest one is the truth
  std::uint64_t leader = 0;  ///< the last one voted in
  bool operator==(const SentinelEpochs&) const = default;
};

/// A replica or another sentinel, as one sentinel sees it.
struct SentinelPeer {
  std::string ip;
  int port = 0;
  std::string id;          ///< run id; of a sentinel: its id
  bool down = false;       ///< s_down, o_down or disconnected
  bool connected = false;  ///< both connections to it are open
  /// Since it last answered PING as it should, or was first heard of: a refusal is no answer.
  std::int64_t silent_milliseconds = 0;
  int priority = 100;  ///< of a replica: the lowest one is promoted first, 0 never
  bool operator==(const SentinelPeer&) const = default;
};

/// One sentinel's word: of its process or, before that runs, of the file that it has saved.
struct SentinelSnapshot {
  bool answers = false;    ///< its process does
  std::string problem;     ///< when not: why
  std::string primary_ip;  ///< whom it names; empty: nobody, it has no durable state
  int primary_port = 0;
  std::optional<MemberName> primary;  ///< the same as a member; empty: an address of no member
  SentinelEpochs epochs;
  bool primary_down = false;    ///< s_down or o_down
  bool primary_denies = false;  ///< the named server said last that it is a replica
  bool failing_over = false;    ///< it leads a failover right now
  std::string unsaved;          ///< why its state is not on its volume; empty: it is
  std::vector<SentinelPeer> replicas;
  std::vector<SentinelPeer> sentinels;  ///< the others

  bool operator==(const SentinelSnapshot&) const = default;
  /// Does it know who leads?
  [[nodiscard]] bool HasOpinion() const { return !primary_ip.empty(); }
};

/// From SENTINEL MASTER: address, flags, role and epoch alone. kInvalidArgument when a field is
/// missing.
Result<SentinelSnapshot> ReadSentinelMaster(const SentinelFields& fields);
/// From one entry of SENTINEL REPLICAS or SENTINEL SENTINELS. kInvalidArgument likewise.
Result<SentinelPeer> ReadSentinelPeer(const SentinelFields& fields);

}  // namespace bowline
