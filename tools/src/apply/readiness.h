#pragma once
// GET /ready, which Kubernetes asks once in a period.

#include <atomic>

#include "apply/board.h"
#include "plan/probe.h"

namespace bowline {

class Readiness {
 public:
  explicit Readiness(Board& board) : board_(board) {}

  /// Thread-safe. A member that has never been ready may wait a moment with its "no" (0.7 s; the
  /// shortest time-out that a probe can have is 1 s), so that its first "yes" is heard at once and
  /// not one period later: an installation or a rollout waits for it.
  Verdict Judge();

 private:
  Board& board_;
  std::atomic<bool> was_ready_ = false;
};

}  // namespace bowline
