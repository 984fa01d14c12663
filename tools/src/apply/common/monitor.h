#pragma once
// The resident look at the own engine: snapshots, the "held" note, the replication position,
// labels. What its mode repairs is in the mode's room (ModeWatch).

#include <memory>
#include <optional>

#include "apply/common/guard.h"
#include "apply/common/lanes.h"
#include "apply/common/node_watch.h"
#include "apply/common/pod_conditions.h"
#include "apply/common/position_keeper.h"
#include "apply/common/record.h"
#include "apply/common/role_changes.h"
#include "apply/common/role_label.h"
#include "apply/common/role_watch.h"
#include "apply/common/server_watch.h"
#include "apply/common/volume_writes.h"
#include "plan/common/full_copy.h"
#include "plan/common/hold_back.h"

namespace bowline {

class Monitor {
 public:
  Monitor(Lanes& lanes, const LiveSettings& settings, MemberName self, const ModeDriver& driver,
          GuardOutcome start, const PodEnv& pod, LiveState& live, PositionKeeper& positions,
          VolumeWrites& volume_writes, EventSink& events, PodConditions& conditions, Peers& peers,
          Handovers& handovers);
  ~Monitor();
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

 private:
  /// How long to wait for the next look.
  Milliseconds Look();
  void LookAt(const Report& report);
  void NoteRole(const Report& report);
  /// The label bowline/role (plan/common/role_label.h).
  void NoteLabel(const Report& report);
  /// Whoever has replaced this primary: its subscribers must find the new one.
  void EndSubscribers();
  void NoteHeld(const Report& report);
  /// The engine that has read what is on the volume.
  void NoteEngine(const Report& report);
  /// Of a damaged dataset, once it has been replaced by the primary's.
  void NoteWhole(const Report& report);
  /// A primary whose volume takes no writes hands its role over (plan/common/unwritable.h).
  void HandOverIfUnwritable(const Report& report);
  /// A replica that has missed writes is kept from the engines' elections
  /// (plan/common/hold_back.h).
  void LookAtLink(const Report& report);
  void LeadStale(MemberName primary, const std::string& reason);

  const LiveSettings& settings_;
  MemberName self_;
  ServerWatch server_;
  std::unique_ptr<ModeWatch> mode_;
  FullCopyWatch full_copy_;
  ProgressSteps progress_;
  HoldBack hold_back_;
  bool engine_noted_ = false;  ///< or it was tried
  std::optional<std::string> told_stale_;
  std::optional<std::chrono::steady_clock::time_point> told_stale_at_;
  std::optional<std::chrono::steady_clock::time_point> led_stale_at_;
  LiveState& live_;
  PositionKeeper& positions_;
  EventSink& events_;
  PodConditions& conditions_;
  RoleLabel label_;
  RecordKeeper record_;
  std::optional<std::chrono::steady_clock::time_point> unlabelled_;  ///< since then, as primary
  bool unlabelled_told_ = false;
  std::string started_by_;   ///< the start's decision, CamelCase
  std::string started_for_;  ///< the decision and its reason
  std::string role_;
  Handovers& handovers_;
  NodeWatch node_watch_;
  VolumeWrites& volume_writes_;
  RoleChanges role_changes_;
  std::optional<std::chrono::steady_clock::time_point> unwritable_;  ///< the last try
  std::optional<std::string> told_unwritable_;
  std::chrono::steady_clock::time_point tidied_ = std::chrono::steady_clock::now();
  std::optional<Step> step_;
  std::optional<RoleWatch> role_watch_;
};

}  // namespace bowline
