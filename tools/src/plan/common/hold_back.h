#pragma once
// A replica that has missed writes of its primary must not win an election of the engines, which
// look at the age of its link or at nothing. It holds itself back (cluster mode:
// cluster-replica-no-failover, sentinel mode: replica-priority 0) until it is in sync again, or
// leads as the newest dataset that is left (docs/decisions/0019-proof-of-being-in-sync.md).

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "plan/common/shard_view.h"

namespace bowline {

struct HoldBackLook {
  Layout layout;
  Report own;
  std::optional<MemberName> follows;  ///< the member that the engine follows, by its address
  Reports peers;                      ///< of the shard's other members, those that answered
  std::chrono::milliseconds now{0};   ///< of a steady clock
  /// Negative: never. How long the primary must have been gone before this replica leads with what
  /// it has.
  std::chrono::seconds stale_after{30};
};

struct HoldBackPlan {
  bool held = false;                 ///< no election may choose this replica
  bool take_over = false;            ///< it leads now, although writes are missing
  std::string reason;                ///< for people, when something changes
  std::optional<std::string> waits;  ///< while held and the primary is gone: what ends it
};

class HoldBack {
 public:
  /// Decides from one look. Nothing changes while the own engine does not answer or loads.
  HoldBackPlan Look(const HoldBackLook& look);
  /// For how many seconds the link had been down while the primary was last seen to run; 0: the
  /// replica has missed nothing that it knows of.
  [[nodiscard]] std::int64_t missed_seconds() const { return missed_seconds_; }

 private:
  std::int64_t missed_seconds_ = 0;
  std::chrono::milliseconds primary_seen_{0};  ///< when it last ran or was about to
};

/// From this age of a broken link on a replica whose primary runs holds itself back.
inline constexpr std::int64_t kLinkDownSeconds = 5;

}  // namespace bowline
