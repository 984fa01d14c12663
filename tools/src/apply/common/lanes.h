#pragma once
// The lanes of a resident program. A lane without steps has no thread. What runs on which one, and
// how long it may block it: docs/architecture.md, "Threads".

#include "runtime/lane.h"

namespace bowline {

struct Lanes {
  /// Calls to Kubernetes' API that a client or an eviction waits for: labels of who leads, and of a
  /// last copy.
  Lane urgent{"api-urgent"};
  Lane api{"api"};  ///< all other calls, and what is in no hurry either
  Lane engine{"engine"};
  Lane role{"role"};
  Lane monitor{"monitor"};
  Lane last_copy{"last-copy"};
  Lane fence{"fence"};
  Lane handovers{"handovers"};

  /// No call to the API begins: those who keep something there are about to end.
  void HoldCalls(bool held) {
    urgent.Hold(held);
    api.Hold(held);
  }
};

}  // namespace bowline
