#pragma once
// The start guard at work: looks, decides by plan/common/start.h, acts, until the engine may start.

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "apply/common/context.h"
#include "apply/common/events.h"
#include "apply/common/live_state.h"
#include "apply/common/peers.h"
#include "apply/common/pod_conditions.h"
#include "apply/common/role_changes.h"
#include "plan/common/known_addresses.h"
#include "plan/common/start.h"
#include "runtime/live_settings.h"

namespace bowline {

class ModeDriver;

struct GuardOutcome {
  VolumeFacts volume;
  AddressBook addresses;
  Endpoint announced;
  std::string decision;      ///< CamelCase: "Seed", "Follow"
  std::string reason;        ///< the decision and why
  bool append_only = false;  ///< `appendonly yes`, whatever the directives say
  bool passive = false;      ///< no sentinel may promote it yet
  /// The primary to follow; empty: the member leads, or its nodes.conf says whom.
  std::optional<Endpoint> follow;
};

class Guard {
 public:
  /// `damage`: over which the engine has ended; `again`: an engine has run in this process before.
  Guard(LiveSettings& settings, MemberName self, const ModeDriver& driver, LiveState& live,
        EventSink& events, PodConditions& conditions, Peers& peers,
        std::optional<DatasetDamage> damage = std::nullopt, bool again = false);

  /// Returns when the process may start; nodes.conf or sentinel.conf has been written then.
  /// kDataLoss: refused (exit 65). kAborted: told to stop while waiting. kUnavailable: the settings
  /// of this process are not those of the release any more. `pause` sleeps for the
  /// given time and says false when it is time to stop.
  Result<GuardOutcome> Run(const std::function<bool(Milliseconds)>& pause);

 private:
  /// Alone on the volume, judged: what is on it is in volume_.
  Status TakeVolume(const std::function<bool(Milliseconds)>& pause);
  /// Before the engine starts, when the plan says so: a damaged dataset is cut or set aside.
  Status Mend(const StartPlan& plan);
  /// A person may have moved or repaired files.
  Status LookAtFilesAgain();
  /// Deletes what nobody will read again. With the volume's lock.
  void TidyVolume();
  /// What is on the volume now, judged.
  Status JudgeOwnVolume();
  /// Before the first decision: a dump that the engine would ignore becomes the base of its
  /// append-only files.
  Status SettleDataset();
  /// Own and peers' addresses by DNS; after a while by what the volume knows
  /// (plan/common/known_addresses.h).
  bool LookUpAddresses();
  StartPlan Decide();
  /// Has it no other member by the settings of this process?
  [[nodiscard]] bool Alone() const { return settings_->layout.Members().size() == 1; }
  /// Alone by the settings of this process, while the mounted ones have others by now:
  /// kUnavailable. The container ends, and starts anew with them. So it does when the release
  /// declares others that the mounted settings do not show, for the kubelet renews these at a
  /// container's start; when they are as young as this container, it waits for the kubelet.
  Status CheckMembers() const;
  /// Of a sentinel, see WaitForServers; nothing: it need not.
  [[nodiscard]] std::optional<std::string> WaitForPasswords() const;
  StartPlan UnlessOthersAreDeclared(StartPlan plan);
  /// May the process start now? False: go on looking.
  Result<bool> Act(const StartPlan& plan);
  [[nodiscard]] GuardOutcome Outcome(const StartPlan& plan) const;
  Status Found();
  Status Adopt(const std::string& installation);
  /// Of a start after its first take-over: kAborted when the shard's budget is used up.
  Status MayHandOver();
  Status WriteConf(const StartPlan& plan);
  /// Before an engine starts: copies, damage, notes on the volume.
  Status PrepareData(const StartPlan& plan);
  /// Before the engine starts: what it is, on the volume.
  void NoteKind();
  /// Of an engine that starts without a dataset: what it held is gone.
  Status NoteEmpty();
  /// Deletes the note that the lead was given to another server. Precondition: this one leads.
  Status DropNote();
  void Announce(const StartPlan& plan);
  void StepFailed(const StartPlan& plan, const Error& error);
  Error Refused(const std::string& reason);

  LiveSettings& settings_;
  MemberName self_;
  const ModeDriver& driver_;
  LiveState& live_;
  EventSink& events_;
  PodConditions& conditions_;
  Peers& peers_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  VolumeFacts volume_;
  std::optional<DatasetDamage> damage_;
  bool again_;
  std::chrono::steady_clock::time_point judged_ = began_;
  bool locked_ = false;  ///< the volume, by this process
  KnownAddresses known_{settings_->layout.Members().size()};
  AddressBook addresses_;  ///< the same
  Reports reports_;
  RoleChanges role_changes_;
  std::optional<Layout> declared_;  ///< of a member that is alone, once it would start
  std::chrono::steady_clock::time_point asked_declared_;
  std::string announced_reason_;
  std::optional<std::string> told_wait_;  ///< the last one that an Event has told
  std::string failure_;
};

}  // namespace bowline
