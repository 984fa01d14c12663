#pragma once
// What this member shows to the world: its phase and reason, its volume, its engine. Written by the
// guard, the monitor and the supervisor, read by the HTTP handlers. A step on a lane looks at the
// engine, one look at a time, when somebody asks for a newer one, else each 1.5 s.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "apply/common/member_probe.h"
#include "plan/common/probe.h"
#include "plan/common/report.h"
#include "plan/common/role_budget.h"
#include "plan/common/shard_view.h"
#include "plan/common/stuck.h"
#include "runtime/lane.h"

namespace bowline {

class LiveState {
 public:
  /// `report` carries the names; `probe` looks at the own process. Not to be asked to wait (Now) by
  /// another step of the lane.
  LiveState(Lane& lane, Report report, Layout layout, MemberProbe& probe);
  LiveState(const LiveState&) = delete;
  LiveState& operator=(const LiveState&) = delete;

  /// `max_lag`: see ProbeInput; `stuck_after`: see StuckJudge.
  void SetLimits(std::chrono::seconds max_lag, Milliseconds stuck_after);
  void SetPhase(Phase phase, std::string reason);
  /// The volume as the guard found it (or has just changed it).
  void SetVolume(const VolumeFacts& volume);
  void SetHeld();
  /// Of a replica: Report::missed_seconds.
  void SetMissed(std::int64_t seconds);
  /// Its dataset was damaged, and is as good as any other now.
  void SetWhole();
  /// Sentinel mode: the other sentinels' reports, for the probes; the epoch of the own dataset by
  /// what they tell; and the config epoch in which a majority of them names a primary.
  void SetSentinels(Reports sentinels, std::uint64_t epoch, std::uint64_t named_in);
  /// The latest config epoch in which a majority of the sentinels was ever heard to name a primary.
  std::uint64_t HeardEpoch();

  /// Where the members are, as last looked up.
  void SetAddresses(const AddressBook& addresses);
  AddressBook Addresses();
  /// Why writes are paused; nothing: they are not.
  void SetFenced(std::optional<std::string> reason);
  /// Of a primary with a bound: Report::unreplicated_ms and writes_wait.
  void SetUnreplicated(std::int64_t milliseconds, std::string wait);
  /// Of a replica: for how long its volume has taken no test write; negative: it never has.
  void SetWritten(Milliseconds age);
  /// What this member has done to the lead by itself.
  void SetRoleChanges(const RoleBudget& changes);
  /// What a primary's fencing looks at (apply/common/fence.h).
  void SetFenceEvidence(std::string evidence);
  /// What the record says of a pause; it may have ended.
  void SetPause(std::optional<PauseOrder> pause);
  /// Must nothing be done by itself right now (docs/decisions/0024-pause.md)?
  bool Paused();
  /// Does this member work by the declared configuration?
  /// Unix time in seconds.
  void SetCertificateEnd(std::int64_t ends);
  void SetConfigured(const ConfiguredVerdict& verdict);
  /// Which passwords the own process lets in, and which members were heard without them
  /// (plan/common/passwords.h).
  void SetPasswords(const EngineSecrets& secrets, std::vector<MemberName> waits = {});
  /// Users of the own process that nobody has declared: those that end with it, and those that are
  /// kept (Report::kept_users). Not all when there are very many.
  void SetForeignUsers(std::vector<std::string> ending,
                       std::optional<std::map<std::string, std::string>> kept);
  /// Why Kubernetes must not evict the pod (empty: it may), and whether somebody allows it.
  void SetLastCopy(std::string reason, bool eviction_allowed);

  /// The report with an engine snapshot whose taking began no earlier than `max_age` ago; waits for
  /// it, 1.5 s at most.
  Report Now(Milliseconds max_age);
  /// Is there such a snapshot? Never waits; if not, one is taken.
  bool Fresh(Milliseconds max_age);
  /// The report as it stands, without a look at the engine.
  Report Last();
  /// Of the report, without a copy of the rest.
  std::string Installation();
  /// The engine's last answer since it was started (answers: false when there is none): what it was
  /// when it died or fell silent, which a look at that very moment cannot tell.
  EngineSnapshot LastAnswer();
  /// For the probes: the last snapshot.
  ProbeInput ForProbes();
  /// Has the engine been silent for too long, and why?
  [[nodiscard]] Silence EngineSilence() const { return silence_; }

 private:
  /// The report, with what grows old by itself. With the lock held.
  [[nodiscard]] Report Told() const;
  /// Is the last snapshot young enough? If not, one is asked for. With the lock held.
  bool FreshOrAsk(std::chrono::steady_clock::time_point since);
  /// One look at the engine, if it runs.
  void Look();
  /// Of the engine of that life. Without the lock: a slow engine must not make the whole live state
  /// slow.
  void LookAt(int life);

  std::mutex mutex_;
  std::condition_variable changed_;
  Report report_;
  Layout layout_;
  Reports sentinels_;
  EngineSnapshot answer_;                             ///< the last one that tells anything
  std::chrono::steady_clock::time_point answered_;    ///< when it came
  std::chrono::steady_clock::time_point role_since_;  ///< the first answer that told its role
  AddressBook addresses_;
  Milliseconds written_{-1};
  std::chrono::steady_clock::time_point written_told_;
  RoleBudget role_changes_;
  MemberProbe& probe_;
  std::chrono::seconds max_lag_{0};
  int life_ = 0;                                    ///< counts the engine's starts
  bool wanted_ = false;                             ///< a new snapshot
  std::chrono::steady_clock::time_point begun_;     ///< when the taking of the last snapshot began
  std::chrono::steady_clock::time_point accepted_;  ///< the last look that found no refusal
  std::optional<std::chrono::steady_clock::time_point> promoted_;  ///< see ProbeInput
  std::uint64_t promoted_in_ = 0;                                  ///< its epoch
  std::uint64_t heard_epoch_ = 0;
  ProgressWatch progress_;
  StuckJudge judge_{Milliseconds(30'000)};
  std::atomic<Silence> silence_ = Silence::kNone;
  Step step_;
};

}  // namespace bowline
