#pragma once
// The start guard's decision: how this member may start, from its volume and from what the others
// tell. Pure and deterministic; docs/architecture.md has the table in words, rules R2-R5 and R9 are
// kept here.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/timing.h"
#include "model/layout.h"
#include "plan/common/report.h"
#include "plan/common/shard_view.h"
#include "plan/common/volume.h"

namespace bowline {

class ModeRules;

enum class StartAction {
  kWait,      ///< not enough is known; look again
  kRefuse,    ///< something is there that must not be touched
  kFound,     ///< first start, and this member is the one that mints the installation id
  kAdopt,     ///< take over `installation` from the others or from the record, then look again
  kSeed,      ///< write the first layout's nodes.conf and start
  kResume,    ///< start from the own nodes.conf, addresses anew
  kFollow,    ///< write nodes.conf from the view of `source`, as replica of `target`, and start
  kLead,      ///< write nodes.conf from the view of `source`, as the shard's primary, and start
  kHandOver,  ///< have `target` take over first, then look again
};
std::string_view StartActionName(StartAction action);
/// Does the process start with that decision?
bool StartsProcess(StartAction action);

struct StartPlan {
  StartAction action = StartAction::kWait;
  std::string reason;  ///< for people: log, event, probe text
  /// kFollow: whom; kHandOver: who takes over; of a sentinel, kResume: whom it watches.
  std::optional<MemberName> target;
  /// kHandOver: what `target` held when it was chosen; empty: it leads already.
  std::optional<ReplicationPosition> target_position;
  std::optional<MemberName> source;  ///< kFollow, kLead: whose view
  std::string installation;          ///< kAdopt
  bool without_quorum =
      false;               ///< kHandOver: no majority of primaries runs, so no votes are to be had
  bool keep_copy = false;  ///< kFollow: the dataset here would be lost otherwise (rule R5)
  /// Sentinel mode, kFollow: no sentinel may promote this member (replica-priority 0) before its
  /// first link is up, or MayBePromoted has become true.
  bool passive = false;
  SentinelEpochs epochs;  ///< of a sentinel, kResume
  bool mend = false;  ///< the dataset is damaged: cut it, or set it aside, before the engine starts
  bool warning = false;  ///< worth a Warning event: data was lost or is doubtful
  bool loss = false;     ///< kHandOver: `target` leads although it is known to miss writes
};

struct StartInput {
  Layout layout;
  MemberName self;
  AddressBook addresses;  ///< sentinel mode: whom the replicas follow is told by address
  VolumeFacts volume;
  Reports peers;  ///< those that answered; the others are silent
  /// Those that answered, and whose view of the cluster has not come in time: not among `peers`.
  std::vector<MemberName> unread = {};
  std::optional<std::string>
      record_installation;              ///< from the release's record, when it could be read
  std::chrono::milliseconds waited{0};  ///< since this start began
  bool locked = true;                   ///< this process holds the lock of its volume
  /// After how long a replica that is not in sync leads when the primary's dataset is gone;
  /// negative: never.
  std::chrono::seconds stale_after{30};
  /// Sentinel mode: whose dataset to take when two histories have diverged.
  std::optional<MemberName> recover_from;
  /// Whom a person says not to wait for any more (value startWithout).
  std::vector<MemberName> without;
};

/// A server that is alone by its settings would start with `plan`, while the release `declares`
/// others by now: they may lead already with what they have copied from it. It waits until its
/// settings show them too; `plan` as it is when it is still alone, or does not start an engine.
StartPlan WaitForOthersDeclared(const Layout& own, const Layout& declared, StartPlan plan);

/// Of any member of a set whose mode has these rules.
StartPlan PlanStart(const StartInput& input, const ModeRules& rules);

/// Is the peer's dataset newer than ours (rule R5)? The later epoch wins: a deposed primary may
/// have gone on writing for seconds that the shard never had, with later file times. In one epoch
/// (or with one unknown) by file times beyond their grain, unless the positions of one history say
/// the opposite.
bool IsNewer(const Report& peer, const VolumeFacts& self);

}  // namespace bowline
