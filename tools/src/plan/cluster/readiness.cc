#include "plan/cluster/readiness.h"

#include <format>

namespace bowline {
namespace {

/// True as well when the view cannot be read: only what is known to be wrong counts.
bool OwnsSlots(const NodesView& view) {
  const NodeLine* myself = view.Myself();
  return myself == nullptr || !myself->slots.empty();
}

}  // namespace

Verdict ClusterReadiness(const EngineSnapshot& engine) {
  if (!engine.cluster.state_ok) {
    return No(std::format("cluster_state is not ok ({} of {} slots served)",
                          engine.cluster.slots_ok, kSlotCount));
  }
  if (engine.info.primary && !OwnsSlots(engine.view)) return No("a primary without slots");
  return Yes(engine.info.primary ? "a primary, cluster ok" : "a replica in sync, cluster ok");
}

}  // namespace bowline
