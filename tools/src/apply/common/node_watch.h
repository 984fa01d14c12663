#pragma once
// Tells by an Event what the loss of one Kubernetes node would end (plan/common/node_loss.h). One
// member tells it for all: the one with the lowest name that runs.

#include <chrono>

#include "apply/common/events.h"
#include "apply/common/peers.h"
#include "plan/common/mode_rules.h"
#include "plan/common/node_loss.h"

namespace bowline {

class NodeWatch {
 public:
  NodeWatch(const LiveSettings& settings, MemberName self, const ModeRules& rules, Peers& peers,
            EventSink& events)
      : settings_(settings), self_(self), rules_(rules), peers_(peers), events_(events) {}

  /// To be called at each look at the own engine; asks the others each 30 s, for 0.5 s at most,
  /// and only while no member with a lower name runs.
  void Look(const Identity& identity, const Report& own, const AddressBook& addresses);

 private:
  const LiveSettings& settings_;
  MemberName self_;
  const ModeRules& rules_;
  Peers& peers_;
  EventSink& events_;
  NodeRiskNews news_;
  std::chrono::steady_clock::time_point looked_ = std::chrono::steady_clock::now();
};

}  // namespace bowline
