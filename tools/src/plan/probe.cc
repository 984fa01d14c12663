#include "plan/probe.h"

namespace bowline {
namespace {

Verdict Yes(std::string text) { return {.ok = true, .text = std::move(text)}; }
Verdict No(std::string text) { return {.ok = false, .text = std::move(text)}; }

/// True as well when the view cannot be read: only what is known to be wrong counts.
bool OwnsSlots(const std::string& text) {
  const auto view = ParseClusterNodes(text);
  return !view || view->Myself() == nullptr || !view->Myself()->slots.empty();
}

}  // namespace

Verdict StartupVerdict(const ProbeInput& input) {
  if (input.phase == Phase::kGuard) return Yes("waiting: " + input.reason);
  if (input.phase == Phase::kStopping) return Yes("stopping: " + input.reason);
  if (input.engine.replied) return Yes("the engine replies");
  return No("the engine has not replied yet: " + input.engine.problem);
}

Verdict LivenessVerdict(const ProbeInput& input) {
  if (input.phase == Phase::kGuard) return Yes("waiting: " + input.reason);
  if (input.phase == Phase::kStopping) return Yes("stopping: " + input.reason);
  if (input.engine.replied) return Yes("the engine replies");
  if (input.silent < kStuckAfter) {
    return Yes(std::format("no reply for {} ms (stuck after {}): {}", input.silent.count(),
                           kStuckAfter.count(), input.engine.problem));
  }
  return No(
      std::format("no reply at all for {} ms: {}", input.silent.count(), input.engine.problem));
}

Verdict ReadinessVerdict(const ProbeInput& input) {
  if (input.phase == Phase::kGuard) return No("waiting: " + input.reason);
  if (input.phase == Phase::kStopping) return No("stopping: " + input.reason);
  const EngineSnapshot& engine = input.engine;
  if (!engine.answers) return No("the engine does not answer: " + engine.problem);
  if (engine.info.loading) {
    return No(std::format("loading the dataset, {:.0f}%", engine.info.loading_percent));
  }
  if (!engine.info.primary && engine.info.sync_in_progress) {
    return No("copying the dataset from its primary");
  }
  if (!engine.info.primary && !engine.info.link_up) {
    return No("a replica whose link to its primary is down");
  }
  if (!engine.cluster.state_ok) {
    return No(std::format("cluster_state is not ok ({} of {} slots served)",
                          engine.cluster.slots_ok, kSlotCount));
  }
  if (engine.info.primary && !OwnsSlots(engine.view)) return No("a primary without slots");
  return Yes(engine.info.primary ? "a primary, cluster ok" : "a replica in sync, cluster ok");
}

}  // namespace bowline
