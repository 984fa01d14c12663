#pragma once
// When an engine that gives no reply must be ended: its event loop does not run any more, so
// neither it nor the kubelet will end it. An engine whose clients are paused (CLIENT PAUSE ... ALL)
// gives no reply either, and must not be ended: see docs/facts/silence.md.

#include <chrono>
#include <optional>

namespace bowline {

/// What a look at the engine has got from it.
enum class Heard {
  kNothing,  ///< no reply at all
  kLoop,     ///< none to INFO, but an error to a command that no engine knows: the event loop turns
  kReply,    ///< a reply; -LOADING and -BUSY are replies
};

enum class Silence {
  kNone,    ///< none, or not for long enough to say anything
  kPaused,  ///< no reply to INFO for too long, but its event loop turns
  kStuck,   ///< no reply at all for too long
};

/// Looks at one engine, by any one steady clock.
class StuckJudge {
 public:
  using Time = std::chrono::milliseconds;

  /// `after`: how long an engine may be silent; zero: for ever.
  explicit StuckJudge(Time after) : after_(after) {}
  /// Another time from now on.
  void SetAfter(Time after) { after_ = after; }

  /// An engine has been started; it is not judged before its first reply, for a slow start is the
  /// startup probe's concern.
  void Started();
  /// One look. Silence counts from the last reply, or from the first look after a time in which
  /// there was none: when this program did not run, the engine's silence proves nothing.
  Silence Look(Time now, Heard heard);

 private:
  Time after_;
  std::optional<Time> replied_;  ///< the last reply; nothing: none since the start
  Time turned_{0};               ///< the last sign of its event loop, a reply or not
  Time looked_{0};
};

}  // namespace bowline
