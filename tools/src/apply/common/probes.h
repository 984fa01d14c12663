#pragma once
// The probes' answers, as the kubelet asks for them over HTTP. Nothing here waits: a handler that
// has no answer yet says so and is asked again (web/http.h).

#include <optional>

#include "apply/common/live_state.h"
#include "plan/common/probe.h"

namespace bowline {

class Probes {
 public:
  /// `timeout_seconds`: how long the kubelet waits for the answer to /ready.
  Probes(LiveState& live, const ModeRules& rules, int timeout_seconds)
      : live_(live), rules_(rules), first_patience_(FirstPatience(timeout_seconds)) {}

  [[nodiscard]] std::optional<Verdict> Startup(Milliseconds waited);
  /// At once: whether the engine answers has no say.
  [[nodiscard]] Verdict Live();
  /// A member that has never been ready holds its "no" for almost as long as the kubelet waits, at
  /// most 5 s, so that its first "yes" is heard at once and not one period later: an installation
  /// or a rollout waits for it.
  [[nodiscard]] std::optional<Verdict> Ready(Milliseconds waited);

 private:
  static Milliseconds FirstPatience(int timeout_seconds);
  /// Is the last look at the engine younger than `age`, or has the asker waited for a new one for
  /// long enough? Then what is known is told: an engine that is slow to answer does not make the
  /// probe slow.
  bool Settled(Milliseconds age, Milliseconds waited);

  LiveState& live_;
  const ModeRules& rules_;
  Milliseconds first_patience_;
  bool was_ready_ = false;
};

}  // namespace bowline
