#pragma once
// Moves the label bowline/role=primary to the pod of a member that has just been promoted by this
// program. That member sets it, too, but only after it has found out: new connections to the
// Service of the primary would wait for that. See docs/decisions/0023-one-primary-label.md.

#include <optional>
#include <string>

#include "apply/common/newest_sender.h"
#include "kube/api.h"
#include "sys/env.h"

namespace bowline {

class LeadLabel {
 public:
  /// Without an API (no rights) or with `enabled` false nothing is ever sent.
  LeadLabel(Lane& lane, const PodEnv& pod, bool enabled);

  /// Returns at once. The pod `to` is labelled `primary`, then the own one `replica`, so that a
  /// moment without a primary does not come about. Tried once: what fails (a pod that has changed
  /// three times meanwhile, an API server that does not answer for a second) is set by its owner.
  void MoveTo(const std::string& to);

 private:
  struct Move {
    std::string to;
    int number = 0;  ///< to the same pod again is another move
    bool operator==(const Move&) const = default;
  };

  int moves_ = 0;
  std::optional<NewestSender<Move>> sender_;
};

}  // namespace bowline
