#pragma once
// The label bowline/last-copy on our own pod, by which the disruption budgets of the chart select:
// a pod with the shard's last copy of the data is not evicted (plan/common/last_copy.h). Looks
// twice a second while the engine runs, and tells it by an Event each minute.

#include <chrono>
#include <optional>
#include <string>

#include "apply/common/context.h"
#include "apply/common/events.h"
#include "apply/common/lanes.h"
#include "apply/common/live_state.h"
#include "apply/common/newest_sender.h"
#include "apply/common/peers.h"
#include "kube/api.h"
#include "plan/common/last_copy.h"
#include "plan/common/mode_rules.h"

namespace bowline {

class LastCopyWatch {
 public:
  /// Does nothing while the settings do not ask for it, or without an API (no rights).
  LastCopyWatch(Lanes& lanes, const LiveSettings& settings, MemberName self, const ModeRules& rules,
                const PodEnv& pod, LiveState& live, EventSink& events, Peers& peers);
  LastCopyWatch(const LastCopyWatch&) = delete;
  LastCopyWatch& operator=(const LastCopyWatch&) = delete;

 private:
  void LookAndTell();
  /// Nothing: it cannot be told now.
  std::optional<LastCopyVerdict> Look();
  void Keep(const LastCopyVerdict& verdict);
  void LetGo(const std::string& reason);
  /// Does the label bowline/allow-eviction allow it?
  void LookAtOwnLabels();

  const LiveSettings& settings_;
  MemberName self_;
  const ModeRules& rules_;
  ObjectRef pod_;
  LiveState& live_;
  EventSink& events_;
  Peers& peers_;
  std::optional<KubeApi> api_;
  std::optional<NewestSender<std::string>> label_;
  std::optional<std::chrono::steady_clock::time_point> told_;  ///< the last Event; empty: not kept
  std::optional<std::chrono::steady_clock::time_point> read_;  ///< the own labels
  bool allowed_ = false;
  bool used_ = false;  ///< it was asked for, so that a label may be there
  std::optional<Step> step_;
};

}  // namespace bowline
