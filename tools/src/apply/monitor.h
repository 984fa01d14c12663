#pragma once
// The resident look at the own engine: snapshots, the "held" note, the replication mark, repair of
// addresses and, in sentinel mode, of whom it follows.

#include <condition_variable>
#include <mutex>
#include <thread>

#include "apply/board.h"
#include "apply/context.h"
#include "apply/cut_handover.h"
#include "apply/events.h"
#include "apply/guard.h"
#include "apply/handovers.h"
#include "apply/mark_keeper.h"
#include "apply/node_watch.h"
#include "apply/peers.h"
#include "apply/pod_conditions.h"
#include "apply/role_label.h"
#include "apply/role_watch.h"
#include "apply/volume_writes.h"
#include "plan/full_copy.h"
#include "plan/heal.h"
#include "plan/hold_back.h"
#include "plan/server_heal.h"

namespace bowline {

class Monitor {
 public:
  Monitor(const Settings& settings, const Paths& paths, MemberName self,
          const EngineSecrets& secrets, GuardOutcome start, const PodEnv& pod, Board& board,
          MarkKeeper& marks, EventSink& events, PodConditions& conditions, Peers& peers,
          Handovers& handovers);
  ~Monitor();
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

 private:
  void Run(const std::stop_token& stop);
  void NoteRole(const Card& card);
  /// The label bowline/role (plan/role_label.h).
  void NoteLabel(const Card& card);
  /// Cluster mode, until a majority of the primaries says that this member leads.
  void AskPrimaries(const Card& card);
  /// The last change of its role; empty: it is that of the start.
  [[nodiscard]] std::optional<RoleChange> Changed() const;
  /// Whoever has replaced this primary: its subscribers must find the new one.
  void EndSubscribers();
  void NoteHeld(const Card& card);
  /// Of a damaged dataset, once it has been replaced by the primary's.
  void NoteWhole(const Card& card);
  /// A primary whose volume takes no writes hands its role over (plan/unwritable.h).
  void HandOverIfUnwritable(const Card& card);
  /// Sentinel mode: what the others say, for the probes, the term and the repair; once in 3 s as
  /// long as all is in order and nothing changes here.
  void LookAtOthers(const Card& card);
  /// Are all there, and agreed with what is here?
  bool AskOthers(const Card& card);
  /// The member Services' addresses into addresses_; those that DNS has answered now.
  AddressBook LookUpAddresses();
  /// Cluster mode.
  void HealShard(const Card& card, const AddressBook& answered);
  Status RepairShard(const HealPlan& plan);
  /// Sentinel mode. True when there is nothing to repair.
  bool HealServer(const Card& card);
  Status RepairServer(const ServerHealPlan& plan);
  Status Replace(MemberName primary);
  /// A replica that has missed writes is kept from the engines' elections (plan/hold_back.h).
  void LookAtLink(const Card& card);
  Status Promotable(bool promotable);
  void LeadStale(MemberName primary, const std::string& reason);

  const Settings& settings_;
  const Paths& paths_;
  MemberName self_;
  EngineSecrets secrets_;
  Credentials login_;
  VolumeState state_;
  Endpoint announced_;
  AddressBook addresses_;
  bool held_back_;  ///< no sentinel may promote this member yet
  FullCopyWatch full_copy_;
  HoldBack hold_back_;
  bool stale_ = false;  ///< held back as it has missed writes
  std::string told_stale_;
  std::optional<std::chrono::steady_clock::time_point> told_stale_at_;
  std::optional<std::chrono::steady_clock::time_point> led_stale_at_;
  Peers& peers_;
  Cards cards_;
  std::optional<MemberName> said_;  ///< whom the last look said to follow
  bool calm_ = false;               ///< the last look at the others found all in order
  std::string calm_in_;             ///< what of the own engine made that look
  std::chrono::steady_clock::time_point looked_;
  std::uint64_t term_ = 0;
  Board& board_;
  MarkKeeper& marks_;
  EventSink& events_;
  PodConditions& conditions_;
  RoleLabel label_;
  std::optional<std::chrono::steady_clock::time_point> majority_heard_;
  std::optional<std::chrono::steady_clock::time_point> confirmed_;   ///< since then, as primary
  std::optional<std::chrono::steady_clock::time_point> unlabelled_;  ///< since then, as primary
  bool unlabelled_told_ = false;
  std::string started_by_;   ///< the start's decision, CamelCase
  std::string started_for_;  ///< the decision and its reason
  std::string role_;
  std::optional<std::chrono::steady_clock::time_point> changed_;  ///< when the role last did
  std::uint64_t changed_in_ = 0;                                  ///< its epoch
  Handovers& handovers_;
  CutHandover cut_handover_;
  NodeWatch node_watch_;
  VolumeWrites volume_writes_;
  std::optional<std::chrono::steady_clock::time_point> unwritable_;  ///< the last try
  std::string told_unwritable_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point tidied_ = began_;
  std::mutex mutex_;
  std::condition_variable_any wake_;  ///< only ever waited for with the stop token
  bool role_changed_ = false;         ///< with mutex_ held
  RoleWatch role_watch_;
  std::jthread thread_;
};

}  // namespace bowline
