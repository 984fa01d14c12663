#pragma once
// GET /ready, which Kubernetes asks once in a period.

#include <atomic>

#include "apply/board.h"
#include "plan/probe.h"

namespace bowline {

class Readiness {
 public:
  /// `timeout_seconds`: how long the kubelet waits for the answer.
  Readiness(Board& board, int timeout_seconds)
      : board_(board), first_patience_(FirstPatience(timeout_seconds)) {}

  /// Thread-safe. A member that has never been ready waits with its "no" for almost as long as the
  /// kubelet does, at most 5 s, so that its first "yes" is heard at once and not one period later:
  /// an installation or a rollout waits for it.
  Verdict Judge();

 private:
  static Milliseconds FirstPatience(int timeout_seconds);

  Board& board_;
  Milliseconds first_patience_;
  std::atomic<bool> was_ready_ = false;
};

}  // namespace bowline
