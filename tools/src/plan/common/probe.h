#pragma once
// Probe verdicts: pure functions of what is known of this member. Rule R8: liveness never kills a
// server that is loading, busy, syncing or waiting, and a failure of our own is never reported as
// the server's death.

#include <chrono>
#include <format>
#include <optional>
#include <string>

#include "base/timing.h"
#include "model/layout.h"
#include "plan/common/role_change.h"
#include "plan/common/shard_view.h"

namespace bowline {

class ModeRules;

struct ProbeInput {
  Phase phase = Phase::kGuard;
  std::string reason;
  std::optional<std::string> fenced;  ///< why writes are paused (plan/common/fence.h)
  EngineSnapshot engine;              ///< of a sentinel: `replied` and `problem` of its process
  EngineSnapshot answer;              ///< the last one that tells anything, `silent` ago
  std::chrono::milliseconds silent{0};
  Layout layout;
  MemberName self;
  /// How long a primary has refused all writes (engine.refusal).
  std::chrono::milliseconds refusing{0};
  std::optional<RoleChange> promoted = std::nullopt;  ///< a replica before; empty: it was none
  int max_lag_seconds = 0;  ///< a replica may have heard nothing for so long; 0: for any time
  /// Sentinel mode: the sentinels' reports as last gathered, some 3 s old at most, of those that
  /// answered.
  Reports sentinels;
  std::optional<SentinelSnapshot> sentinel;  ///< a sentinel's own view
};

struct Verdict {
  bool ok = false;
  std::string text;           ///< one line with the reason
  std::string progress = {};  ///< how far that is; each look tells another one
  [[nodiscard]] std::string Line() const {
    return progress.empty() ? text : text + ": " + progress;
  }
};
inline Verdict Yes(std::string text) { return {.ok = true, .text = std::move(text)}; }
inline Verdict No(std::string text) { return {.ok = false, .text = std::move(text)}; }

/// How far behind a replica may be, by its last acknowledgement, to prove that its primary still
/// has followers.
inline constexpr int kFollowerLagSeconds = 10;

/// Started: the guard decides (which may rightly take long), or the engine has replied in any way.
Verdict StartupVerdict(const ProbeInput& input);
/// Always true: that this program answers is the proof that it lives. An engine that is stuck is
/// ended by the program itself (plan/common/stuck.h), so that nobody who keeps the program from
/// answering can make the kubelet end the engine.
Verdict LivenessVerdict(const ProbeInput& input);
/// May get traffic: has answered a short while ago (kMayBeSilent); not loading; writes neither
/// paused nor refused; a replica's link up, and its primary heard within the limit. Cluster mode:
/// cluster_state ok, a primary owns slots. Sentinel mode: a primary is named by the processes of
/// more than half of the declared sentinels (one that has just been promoted: a short while later,
/// kMayBeUnnamed), or, when no such majority answers, still has a follower. A sentinel names a
/// member that does not deny it, as most of those that answer do, has its state on its volume,
/// knows the declared others, and reaches a majority.
Verdict ReadinessVerdict(const ProbeInput& input, const ModeRules& rules);

}  // namespace bowline
