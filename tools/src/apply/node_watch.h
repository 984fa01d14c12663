#pragma once
// Tells by an Event what the loss of one Kubernetes node would end (plan/node_loss.h). One member
// tells it for all: the one with the lowest name that runs.

#include <chrono>

#include "apply/events.h"
#include "apply/peers.h"
#include "plan/node_loss.h"

namespace bowline {

class NodeWatch {
 public:
  NodeWatch(const Settings& settings, MemberName self, Peers& peers, EventSink& events)
      : settings_(settings), self_(self), peers_(peers), events_(events) {}

  /// To be called at each look at the own engine; asks the others each 30 s, for 0.5 s at most,
  /// and only while no member with a lower name runs.
  void Look(const Identity& identity, const Card& own, const AddressBook& addresses);

 private:
  const Settings& settings_;
  MemberName self_;
  Peers& peers_;
  EventSink& events_;
  NodeRiskNews news_;
  std::chrono::steady_clock::time_point looked_ = std::chrono::steady_clock::now();
};

}  // namespace bowline
