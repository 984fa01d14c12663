#pragma once
// Bounded loss: when a primary's writes must wait because no replica has acknowledged them for too
// long (the value maxUnreplicatedSeconds). Pure. Why so: docs/decisions/0048-bounded-loss.md.

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/client_list.h"
#include "model/layout.h"
#include "plan/common/shard_view.h"

namespace bowline {

/// What the primary says at one look.
struct ReplicationLook {
  std::string history;      ///< its replication id
  std::int64_t offset = 0;  ///< of its stream
  /// The highest offset that a declared replica has acknowledged; -1: none is online.
  std::int64_t acked = -1;
  bool fed = false;  ///< somebody is attached, so that the engine sends its own PING
};

/// INFO replication of a primary; only `replicas` count, whose addresses are in `addresses`.
ReplicationLook LookOf(const EngineInfo& primary, const std::vector<MemberName>& replicas,
                       const AddressBook& addresses);

/// Keeps what the offset was at each look, and decides by the age of the oldest one that nobody has
/// acknowledged. What the primary had at the first look of a history counts as acknowledged: the
/// time begins with what is written from then on. Times are those of any one steady clock.
class LossJudge {
 public:
  using Time = std::chrono::milliseconds;

  /// It leads no more, or there is no bound.
  void Forget();
  /// `asked`: when the question was sent, so that the offset was no higher then.
  void Look(const ReplicationLook& look, Time asked);
  /// The last time at which all that was written is known to have been acknowledged by now; empty:
  /// all of it is.
  [[nodiscard]] std::optional<Time> Since() const;
  /// Must writes wait? Not by a look that comes late before the replicas had the time to
  /// acknowledge; a wait that has begun goes on.
  bool Judge(Time limit, Time now);
  [[nodiscard]] bool waiting() const { return waiting_; }

 private:
  struct Mark {
    Time time{0};
    std::int64_t offset = 0;
  };

  std::string history_;
  std::int64_t covered_ = 0;  ///< acknowledged by somebody
  std::deque<Mark> marks_;    ///< the first one is covered, the others are not
  Time asked_{0};
  Time patient_until_{0};
  bool waiting_ = false;
};

/// The ids of sentinels' connections whose message waits with the writes, and their PING behind it.
std::vector<std::string> HeldSentinels(const std::vector<ClientLine>& clients);

/// For `status` and `check`: one line for each member whose writes wait.
std::vector<std::string> DescribeWaitingWrites(const Reports& reports);

}  // namespace bowline
