#pragma once
// A primary whose replicas have acknowledged nothing for maxUnreplicatedSeconds lets its writes
// wait (plan/common/bounded_loss.h), as long as that lasts. It pauses and never resumes, as the
// fence does: both, a handover and a person may pause the same engine, which keeps the latest end.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "apply/common/context.h"
#include "apply/common/events.h"
#include "apply/common/live_state.h"
#include "apply/common/pod_conditions.h"
#include "plan/common/bounded_loss.h"
#include "runtime/lane.h"
#include "runtime/live_settings.h"

namespace bowline {

/// Events: WritesWait, WritesGoOn. Condition: bowline/Replicated.
class BoundedLoss {
 public:
  /// Of one life of the engine. Asks it nothing while there is no bound, or when no replica is
  /// declared. On the lane of the looks at the engine.
  BoundedLoss(Lane& lane, const LiveSettings& settings, MemberName self, LiveState& live,
              EventSink& events, PodConditions& conditions);
  ~BoundedLoss();
  BoundedLoss(const BoundedLoss&) = delete;
  BoundedLoss& operator=(const BoundedLoss&) = delete;

 private:
  /// How long to wait for the next look.
  Milliseconds LookAndTell();
  /// Is there a bound, and does the own engine run as primary, by its last answer?
  bool Bound();
  /// Asks the engine, and pauses its writes when they must wait.
  Status Look();
  /// Sentinel mode: their connections are closed, and they make others.
  Status FreeSentinels(Deadline deadline);
  /// LiveState, Events and the condition.
  void Tell();
  void TellWait(const std::string& what);
  void TellGoOn(const std::string& why);
  /// There is no bound any more, or the engine leads no more.
  void End(const std::string& why);

  using Clock = std::chrono::steady_clock;

  const LiveSettings& settings_;
  const std::vector<MemberName> replicas_;
  LiveState& live_;
  EventSink& events_;
  PodConditions& conditions_;
  LossJudge judge_;
  std::optional<RespClient> client_;
  std::string problem_;                     ///< why the last look has failed
  std::optional<Clock::time_point> began_;  ///< the wait, as told
  std::optional<Clock::time_point> told_;   ///< the last Event of it
  std::optional<Clock::time_point> freed_;  ///< when sentinels were last looked for
  bool bound_ = false;                      ///< told that there is a bound
  std::optional<Step> step_;
};

}  // namespace bowline
