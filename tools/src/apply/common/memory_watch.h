#pragma once
// `maxmemory` and the backlog follow the container's memory limit, whoever changes it (a resize of
// the pod in place, an autoscaler), as far as the user's directives leave them to this program
// (plan/common/memory.h).

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "apply/common/directive_watch.h"
#include "apply/common/events.h"
#include "apply/common/live_state.h"
#include "plan/common/directive_change.h"
#include "resp/client.h"
#include "runtime/lane.h"
#include "runtime/live_settings.h"

namespace bowline {

/// Event: MemoryLimitChanged.
class MemoryWatch {
 public:
  /// Of one life of the engine. On the lane of `directives`, and ends before it.
  MemoryWatch(Lane& lane, const LiveSettings& settings, const DirectiveWatch& directives,
              LiveState& live, EventSink& events);
  MemoryWatch(const MemoryWatch&) = delete;
  MemoryWatch& operator=(const MemoryWatch&) = delete;

 private:
  void Look();
  /// Brings the engine nearer to `wanted`; true: it is there.
  Result<bool> Follow(const Directives& wanted, bool primary);
  Status Set(RespClient& engine, const std::string& name, const std::string& from,
             const std::string& to, Deadline deadline);

  const LiveSettings& settings_;
  const DirectiveWatch& directives_;
  LiveState& live_;
  EventSink& events_;
  std::optional<Directives> followed_;  ///< the engine has these
  /// The engine's values have been compared once in its life. It is done early: until then a value
  /// that a person sets by hand is taken for a difference.
  bool compared_ = false;
  std::chrono::steady_clock::time_point stepped_;
  std::optional<Step> step_;
};

}  // namespace bowline
