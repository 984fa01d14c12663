#pragma once
// Probe verdicts: pure functions of what is known of this member. Rule R8: liveness never kills a
// server that is loading, busy, syncing or waiting, and a failure of our own is never reported as
// the server's death.

#include <chrono>
#include <format>
#include <string>

#include "plan/card.h"

namespace bowline {

struct ProbeInput {
  Phase phase = Phase::kGuard;
  std::string reason;
  EngineSnapshot engine;
  std::chrono::milliseconds silent{0};  ///< how long the engine has given no reply at all
};

struct Verdict {
  bool ok = false;
  std::string text;  ///< one line with the reason
};

/// How long an engine may give no reply at all before it counts as stuck. Longer than any pause
/// that a fork, a slow disk or a big command makes in practice; the kubelet's failureThreshold
/// comes on top.
inline constexpr std::chrono::milliseconds kStuckAfter{30'000};

/// Started: the guard decides (which may rightly take long), or the engine has replied in any way.
Verdict StartupVerdict(const ProbeInput& input);
Verdict LivenessVerdict(const ProbeInput& input);
/// May get traffic: not loading; cluster_state ok; a replica's link up; a primary owns slots.
Verdict ReadinessVerdict(const ProbeInput& input);

}  // namespace bowline
