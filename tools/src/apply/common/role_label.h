#pragma once
// The labels on our own pod: bowline/role, which the Service F-primary selects by, bowline/reads,
// for F-replicas, and bowline/engine, for the gate of an upgrade; and bowline/role on those of the
// others, when this member has come in the place of one that cannot speak for itself any more. What
// is set when: plan/common/role_label.h.

#include <optional>
#include <string>
#include <vector>

#include "apply/common/events.h"
#include "apply/common/lanes.h"
#include "apply/common/newest_sender.h"
#include "sys/env.h"

namespace bowline {

class RoleLabel {
 public:
  /// `others`: names of the shard's other pods. Without an API (no rights) or with `enabled` false
  /// nothing is ever sent.
  RoleLabel(Lanes& lanes, const PodEnv& pod, std::vector<std::string> others, bool enabled,
            EventSink& events);

  // All return at once. They do something when the role or the round is another one than before: a
  // new round says the same again, in case that somebody else has changed it.

  /// The own label is `role` from now on.
  void Set(const std::string& role, int round = 0);
  /// May readers be led to the own pod?
  void Reads(bool reads);
  /// The engine that answers: "redis-8.0.2"; empty: not known.
  void Runs(const std::string& engine);
  /// No other pod of the shard may say `primary` (`round` > 0), or we do not know (0). One that
  /// does is set to `replica`, if it is still the pod, and the label still the one, that was read.
  void KeepAlone(int round);

 private:
  struct Wanted {
    std::string role;
    int round = 0;
    bool operator==(const Wanted&) const = default;
  };

  std::optional<NewestSender<Wanted>> own_;
  std::optional<NewestSender<bool>> reads_;
  std::optional<NewestSender<std::string>> engine_;
  std::optional<NewestSender<int>> others_;
};

}  // namespace bowline
