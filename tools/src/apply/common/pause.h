#pragma once
// `bowline pause`: annotations of the installation record (plan/common/pause.h). Every member reads
// them each 3 s and has them on its live state; without an API (no rights) there is no pause.

#include <chrono>
#include <functional>
#include <optional>

#include "apply/common/events.h"
#include "apply/common/live_state.h"
#include "kube/api.h"
#include "model/settings.h"
#include "plan/common/pause.h"
#include "runtime/lane.h"
#include "runtime/live_settings.h"

namespace bowline {

/// Writes a pause that begins now into the record, in the place of one that is there. Errors as the
/// API gives them; kFailedPrecondition without a record.
Result<PauseOrder> Pause(const Settings& settings, std::chrono::seconds span);
/// Ends it.
Status Resume(const Settings& settings);

class PauseWatch {
 public:
  /// `read` is told the record at each read, on the lane's thread.
  PauseWatch(Lane& lane, const LiveSettings& settings, LiveState& live, EventSink& events,
             std::function<void(const ConfigMapState&)> read = {});
  PauseWatch(const PauseWatch&) = delete;
  PauseWatch& operator=(const PauseWatch&) = delete;

 private:
  /// While the API server does not answer, what it said last holds: a pause ends by its own time.
  void Look();
  /// LiveState and Events, when it has begun, changed or ended.
  void Tell();

  const LiveSettings& settings_;
  LiveState& live_;
  EventSink& events_;
  const std::function<void(const ConfigMapState&)> read_;
  std::optional<KubeApi> api_;
  std::optional<PauseOrder> pause_;  ///< as last read
  std::optional<PauseOrder> told_;   ///< on, and told
  bool failed_ = false;              ///< the last look; logged once
  std::optional<Step> step_;
};

}  // namespace bowline
