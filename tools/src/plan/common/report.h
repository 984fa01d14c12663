#pragma once
// A member's report: all that the others need to know of it, for the start guard, `status` and
// `check`. Served as JSON on GET /report; no secrets but the
// hashes of passwords that are being replaced, no keys.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/timing.h"
#include "model/info.h"
#include "model/nodes_view.h"
#include "model/secrets.h"
#include "model/sentinel_info.h"
#include "plan/common/progress.h"
#include "plan/common/volume.h"

namespace bowline {

/// What the member's own engine answered, a moment ago.
struct EngineSnapshot {
  bool answers = false;  ///< it replied to INFO
  std::string problem;   ///< when not: why ("connection refused", "BUSY ...")
  bool replied = false;  ///< any reply at all, also -LOADING or -BUSY: the event loop lives
  EngineInfo info;
  std::string refusal;  ///< why a primary refuses all writes; empty: it takes them
  ClusterInfo cluster;
  NodesView view;                       ///< CLUSTER NODES; empty while redis loads
  std::int64_t keys = 0;                ///< DBSIZE; 0 while loading
  std::vector<Progress> progress = {};  ///< of the long work that it does
  bool operator==(const EngineSnapshot&) const = default;
};

/// What a member's process has answered: an engine's, or a sentinel's beside `answers`, `replied`
/// and `problem` of the engine.
struct Snapshots {
  EngineSnapshot engine;  ///< without `progress`, which is made of several looks
  std::vector<WorkLook> works = {};
  std::optional<SentinelSnapshot> sentinel;
  bool loop_turns =
      false;  ///< without a reply: the event loop runs all the same (plan/common/stuck.h)
};

/// Somebody wants the program to do nothing by itself (plan/common/pause.h). Both are RFC 3339 in
/// UTC with whole seconds, so that they compare as strings.
struct PauseOrder {
  std::string since;
  std::string until;
  bool operator==(const PauseOrder&) const = default;
  [[nodiscard]] bool OnAt(std::string_view now) const { return now < until; }
};

enum class Phase {
  kGuard,     ///< deciding how to start; the engine does not run
  kRunning,   ///< the engine has been started
  kStopping,  ///< told to stop, or the engine has ended
};
std::string_view PhaseName(Phase phase);

/// Does the member work by the declared configuration (plan/common/configured.h)?
struct ConfiguredVerdict {
  bool holds = false;
  std::string reason;    ///< CamelCase: "Applied", "RestartNeeded"
  std::string message;   ///< the revision, and what does not hold
  std::string revision;  ///< that the member has read; empty: its chart tells none
  bool operator==(const ConfiguredVerdict&) const = default;
};

struct Report {
  MemberName member;
  std::string pod;
  std::string node;      ///< Kubernetes node
  std::string revision;  ///< of the pod's template; two that differ are before and after a change
  std::string installation;  ///< empty: not decided
  Phase phase = Phase::kGuard;
  std::string reason;                      ///< of the phase: what it waits for, how it started
  VolumeKind volume = VolumeKind::kFresh;  ///< as it was found at the start
  bool held = false;
  /// What is wrong with its dataset: such a member leads only when nobody holds an intact one.
  std::string damage;
  std::int64_t dataset_modified = 0;
  /// Of its dataset: LeadEpoch of its nodes.conf as it was found; of a server its position's, which
  /// must be kept up to date while it runs: a promoted replica would look older than its volume;
  /// 0: unknown.
  std::uint64_t epoch = 0;
  std::optional<ReplicationPosition> position;
  std::optional<HandoverNote> handover;  ///< as it was found at the start
  EngineSnapshot engine;
  std::optional<SentinelSnapshot> sentinel;  ///< of a sentinel
  /// Of a replica: for how many seconds its link had been down while it still saw its primary run
  /// (plan/common/hold_back.h); 0: it has missed nothing that it knows of.
  std::int64_t missed_seconds = 0;
  /// Of a replica: milliseconds since its volume took a test write; -1: it has not.
  std::int64_t written_ms = -1;
  std::string fence_evidence;  ///< of a primary: what its fencing looks at; empty: it does not
  std::string fenced;  ///< why it pauses its writes (plan/common/fence.h); empty: it does not
  /// Of a primary with a bound (plan/common/bounded_loss.h): for how long no replica has
  /// acknowledged what was written, in milliseconds; -1: it has no bound.
  std::int64_t unreplicated_ms = -1;
  std::string writes_wait;  ///< why its writes wait for a replica; empty: they do not
  std::string last_copy;    ///< why Kubernetes must not evict its pod (plan/common/last_copy.h);
                            ///< empty: it may
  bool eviction_allowed = false;  ///< a last copy that somebody lets go by bowline/allow-eviction
  std::optional<ConfiguredVerdict> configured;  ///< empty: not looked at yet, or an older program
  std::string passwords;  ///< DigestOf those in use (plan/common/passwords.h); empty: none
  std::string passwords_without_users;     ///< DigestWithoutUsers; empty: an older program
  bool passwords_used = false;             ///< its process logs in with them
  std::vector<MemberName> passwords_wait;  ///< whom it has heard without them
  std::vector<OutgoingPassword> outgoing;  ///< hashes of passwords that end soon
  /// That its process has, nobody has declared, and the member does not keep.
  std::vector<std::string> foreign_users;
  /// Those that it keeps (plan/common/foreign_users.h): name and digest of each. Empty: it keeps
  /// none, by auth.keepForeignUsers or as an older program.
  std::optional<std::map<std::string, std::string>> kept_users;
  std::int64_t certificate_ends = 0;  ///< Unix time in seconds; 0: it has none
  std::optional<PauseOrder> pause;    ///< that is on, as far as the member knows
  /// Seconds since each change of the lead that it made by itself and that answered no death, of
  /// the last 10 minutes (plan/common/role_budget.h).
  std::vector<std::int64_t> role_changes;
  /// For how many seconds its engine has had its role, as its program has seen it since the engine
  /// was started; -1: not known.
  std::int64_t role_seconds = -1;

  bool operator==(const Report&) const = default;
  /// What the volume tells: kind, installation, dataset.
  void SetVolume(const VolumeFacts& facts);
  /// Would anything be lost if this member's copy went away? A refused volume may hold anything.
  /// One that was emptied has held keys before, which says nothing of what its engine holds now.
  [[nodiscard]] bool HasData() const {
    return volume == VolumeKind::kData || volume == VolumeKind::kRefused || engine.keys > 0 ||
           (held && phase != Phase::kGuard && volume != VolumeKind::kEmptied);
  }
  /// Its engine answers as a primary, with its data loaded.
  [[nodiscard]] bool RunsAsPrimary() const {
    return phase == Phase::kRunning && engine.answers && engine.info.primary &&
           !engine.info.loading;
  }
  /// The same as a replica; whether its link is up is another question.
  [[nodiscard]] bool RunsAsReplica() const {
    return phase == Phase::kRunning && engine.answers && !engine.info.primary &&
           !engine.info.loading;
  }
};

/// How a report tells the engine's view.
enum class ViewForm {
  kWhole,   ///< as CLUSTER NODES has it
  kDigest,  ///< by a digest and what this engine alone says; an unreadable view is whole all the
            ///< same
};

/// A view whose common lines are missing cannot be told whole.
std::string PrintReport(const Report& report, ViewForm form = ViewForm::kWhole);
/// Either form. kInvalidArgument for a body that is no report of version 1.
Result<Report> ParseReport(std::string_view text);

}  // namespace bowline
