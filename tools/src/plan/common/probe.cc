#include "plan/common/probe.h"

#include "plan/common/mode_rules.h"

namespace bowline {
namespace {

/// Why a replica may tell what is old; nothing: it has all that its primary has sent.
std::optional<std::string> Behind(const EngineInfo& info, int max_lag_seconds) {
  if (!info.link_up) return "a replica whose link to its primary is down";
  if (max_lag_seconds == 0 || info.last_io_seconds <= max_lag_seconds) return std::nullopt;
  return std::format("a replica that has not heard from its primary for {} s, {} are allowed",
                     info.last_io_seconds, max_lag_seconds);
}

/// The work that keeps a running engine from serving.
std::optional<Work> Hindrance(const EngineInfo& info) {
  if (info.loading) return Work::kLoading;
  if (!info.primary && info.sync_in_progress) return Work::kFullCopy;
  return std::nullopt;
}

std::string HowFar(const EngineSnapshot& engine, Work work) {
  const Progress* progress = FindWork(engine.progress, work);
  return progress == nullptr ? "" : AmountText(*progress);
}

Verdict Replies(const EngineSnapshot& engine) {
  const auto work = engine.answers ? Hindrance(engine.info) : std::nullopt;
  if (!work) return Yes("the engine replies");
  Verdict verdict = Yes(std::format("the engine replies: {}", WorkText(*work)));
  verdict.progress = HowFar(engine, *work);
  return verdict;
}

}  // namespace

Verdict StartupVerdict(const ProbeInput& input) {
  if (input.phase == Phase::kGuard) return Yes("waiting: " + input.reason);
  if (input.phase == Phase::kStopping) return Yes("stopping: " + input.reason);
  if (input.engine.replied) return Replies(input.engine);
  return No("the engine has not replied yet: " + input.engine.problem);
}

Verdict LivenessVerdict(const ProbeInput& input) {
  if (input.phase == Phase::kGuard) return Yes("waiting: " + input.reason);
  if (input.phase == Phase::kStopping) return Yes("stopping: " + input.reason);
  if (input.engine.replied) return Replies(input.engine);
  return Yes("the engine does not reply: " + input.engine.problem);
}

Verdict ReadinessVerdict(const ProbeInput& input, const ModeRules& rules) {
  if (input.phase == Phase::kGuard) return No("waiting: " + input.reason);
  if (input.phase == Phase::kStopping) return No("stopping: " + input.reason);
  if (!input.self.HoldsData()) return rules.Readiness(input, input.engine);
  // One that is busy for a moment is judged by what it said before.
  const bool busy = !input.engine.answers && input.answer.answers && input.silent <= kMayBeSilent;
  const EngineSnapshot& engine = busy ? input.answer : input.engine;
  if (!engine.answers) return No("the engine does not answer: " + engine.problem);
  if (const auto work = Hindrance(engine.info)) {
    Verdict verdict = No(std::string(WorkText(*work)));
    verdict.progress = HowFar(engine, *work);
    return verdict;
  }
  if (input.fenced) return No("cut off, writes are paused: " + *input.fenced);
  if (!engine.refusal.empty() && input.refusing > kMayRefuse) {
    return No("a primary that refuses writes: " + engine.refusal);
  }
  if (!engine.info.primary) {
    const auto behind = Behind(engine.info, input.max_lag_seconds);
    if (behind) return No(*behind);
  }
  return rules.Readiness(input, engine);
}

}  // namespace bowline
