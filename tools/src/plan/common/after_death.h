#pragma once
// The primary's engine has ended by itself and its PID 1 lives: a replica leads, or the engine is
// started again here.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/timing.h"
#include "plan/common/sync_proof.h"

namespace bowline {

struct AfterDeathInput {
  Layout layout;
  MemberName self;
  /// Where the engine stood at its last answer, and which replicas were in sync then.
  std::optional<ReplicationPosition> last;
  Reports reports;                      ///< of the others, asked after the death
  std::chrono::milliseconds asked{0};   ///< from the death until they were asked
  std::chrono::milliseconds waited{0};  ///< since the death
  std::vector<MemberName> voted_out;    ///< of the shard, as ShardView has them
  /// Everything that was acknowledged is in files on the volume: an append-only file.
  bool data_stays = false;
  /// The engine was started again here less than kRestartEvery ago.
  bool restarted_lately = false;
};

enum class AfterDeathAction {
  kWait,        ///< look again at once
  kTakeOver,    ///< `target` takes over, then this process ends; the next start follows it
  kStartAgain,  ///< the engine is started here, by a new look at everything
  kEnd,         ///< this process ends; the kubelet starts the next one
};

struct AfterDeathPlan {
  AfterDeathAction action = AfterDeathAction::kWait;
  std::optional<Candidate> target;
  std::string reason;
};

/// Pure. A replica that is proven to be in sync takes over at once (ProveInSync). Without one the
/// reports must be looks after the death and after the end of the stream: in an earlier one a
/// replica stands where it stood then. The silent are waited for; then the data here counts, if it
/// can come back.
AfterDeathPlan PlanAfterDeath(const AfterDeathInput& input);

}  // namespace bowline
