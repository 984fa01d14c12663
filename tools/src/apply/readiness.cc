#include "apply/readiness.h"

namespace bowline {
namespace {

constexpr Milliseconds kFirstPatience{700};
constexpr Milliseconds kLook{50};

}  // namespace

Verdict Readiness::Judge() {
  const Deadline patience = Deadline::In(kFirstPatience);
  while (true) {
    const ProbeInput input = board_.ForProbes();
    Verdict verdict = ReadinessVerdict(input);
    if (verdict.ok) was_ready_ = true;
    if (was_ready_ || input.phase == Phase::kStopping || !patience.Sleep(kLook)) return verdict;
  }
}

}  // namespace bowline
