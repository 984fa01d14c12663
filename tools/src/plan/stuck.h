#pragma once
// When an engine that gives no reply at all must be ended: its event loop does not run any more, so
// neither it nor the kubelet will end it.

#include <chrono>
#include <optional>

namespace bowline {

/// How long an engine may give no reply at all before it counts as stuck. Longer than any pause
/// that a fork, a slow disk or a big command makes in practice. -LOADING and -BUSY are replies.
inline constexpr std::chrono::milliseconds kStuckAfter{30'000};

/// Looks at one engine, by any one steady clock.
class StuckJudge {
 public:
  using Time = std::chrono::milliseconds;

  /// An engine has been started; it is not judged before its first reply, for a slow start is the
  /// startup probe's concern.
  void Started();
  /// One look; is the engine stuck? Silence counts from the last reply, or from the first look
  /// after a time in which there was none: when this program did not run, the engine's silence
  /// proves nothing.
  bool Look(Time now, bool replied);

 private:
  std::optional<Time> silent_since_;  ///< the last reply; nothing: none since the start
  Time looked_{0};
};

}  // namespace bowline
