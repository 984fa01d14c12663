#include "apply/common/probes.h"

#include <algorithm>

#include "base/timing.h"

namespace bowline {
namespace {

constexpr Milliseconds kLongest{5000};

}  // namespace

Milliseconds Probes::FirstPatience(int timeout_seconds) {
  return std::min(Milliseconds(1000) * timeout_seconds - kProbeAnswer, kLongest);
}

bool Probes::Settled(Milliseconds age, Milliseconds waited) {
  return live_.Fresh(age) || waited >= kProbeLook;
}

std::optional<Verdict> Probes::Startup(Milliseconds waited) {
  if (!Settled(kProbeAge, waited)) return std::nullopt;
  return StartupVerdict(live_.ForProbes());
}

Verdict Probes::Live() { return LivenessVerdict(live_.ForProbes()); }

std::optional<Verdict> Probes::Ready(Milliseconds waited) {
  if (!Settled(was_ready_ ? kProbeAge : kFirstProbeAge, waited)) return std::nullopt;
  const ProbeInput input = live_.ForProbes();
  Verdict verdict = ReadinessVerdict(input, rules_);
  if (verdict.ok) was_ready_ = true;
  if (was_ready_ || input.phase == Phase::kStopping || waited >= first_patience_) return verdict;
  return std::nullopt;
}

}  // namespace bowline
