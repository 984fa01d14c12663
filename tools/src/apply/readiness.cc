#include "apply/readiness.h"

#include <algorithm>

namespace bowline {
namespace {

constexpr Milliseconds kLook{50};
constexpr Milliseconds kOnItsWay{300};  // of the answer
constexpr Milliseconds kLongest{5000};

}  // namespace

Milliseconds Readiness::FirstPatience(int timeout_seconds) {
  return std::min(Milliseconds(1000) * timeout_seconds - kOnItsWay, kLongest);
}

Verdict Readiness::Judge() {
  const Deadline patience = Deadline::In(first_patience_);
  while (true) {
    const ProbeInput input = board_.ForProbes();
    Verdict verdict = ReadinessVerdict(input);
    if (verdict.ok) was_ready_ = true;
    if (was_ready_ || input.phase == Phase::kStopping || !patience.Sleep(kLook)) return verdict;
  }
}

}  // namespace bowline
