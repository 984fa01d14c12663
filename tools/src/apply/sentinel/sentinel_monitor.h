#pragma once
// The resident look at the own sentinel: snapshots, the other sentinels for the probes, whether the
// members' addresses are still those that it was started with, and whether it must forget members.

#include "apply/common/context.h"
#include "apply/common/events.h"
#include "apply/common/live_state.h"
#include "apply/common/peers.h"
#include "apply/sentinel/sentinel_probe.h"
#include "plan/common/lookups.h"
#include "runtime/lane.h"

namespace bowline {

class SentinelMonitor {
 public:
  /// `addresses` are those that the sentinel was started with. When a member Service has another
  /// one, or the sentinel lists members that are gone, the process gets SIGHUP: a sentinel learns
  /// addresses, and forgets, only by its file. In a pause `probe` alone is told new addresses: a
  /// handover may make a member primary under one, and the reports must say which member that is.
  SentinelMonitor(Lane& lane, const LiveSettings& settings, MemberName self, AddressBook addresses,
                  SentinelProbe& probe, LiveState& live, EventSink& events, Peers& peers);
  SentinelMonitor(const SentinelMonitor&) = delete;
  SentinelMonitor& operator=(const SentinelMonitor&) = delete;

 private:
  void Look();
  /// True when the sentinel names another primary than before.
  bool NotePrimary(const Report& report);
  /// Whose Services are to be looked up soon: who is silent, or out of reach of the process.
  [[nodiscard]] std::vector<MemberName> Trouble(const Report& report) const;
  /// Notes which of these Services have another address than at the start.
  void LookUp(const std::vector<MemberName>& trouble);
  /// Has one? It is told.
  bool Moved();
  bool ListsTheGone(const Report& report) const;

  const LiveSettings& settings_;
  MemberName self_;
  AddressBook addresses_;
  AddressBook moved_;  ///< addresses that differ from these
  SentinelProbe& probe_;
  LiveState& live_;
  EventSink& events_;
  Peers& peers_;
  std::optional<MemberName> primary_;
  Reports sentinels_;  ///< the others'
  Reports servers_;
  Lookups lookups_{self_, Since({})};
  int looks_ = 0;
  Step step_;
};

}  // namespace bowline
