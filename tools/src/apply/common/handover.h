#pragma once
// Moving a shard's lead from one member to another, planned or after a death.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "apply/common/context.h"
#include "apply/common/handover_undo.h"
#include "plan/common/handover_step.h"
#include "plan/common/sync_proof.h"

namespace bowline {

class KeptClients;
class ModeDriver;

struct HandoverContext {
  Settings settings;  ///< as they were when it began
  const ModeDriver& driver;
  const AddressBook& addresses;
  EngineSecrets secrets;
  Identity identity;
  MemberName self;  ///< who leaves
  /// Where `self` itself is asked: its Service may already lead to the pod that follows it (a
  /// forced deletion).
  std::string self_ip;
  /// The data volume of `self`, where a change of the lead is noted; empty: not at hand.
  std::filesystem::path volume;
  /// Connections that need no free place in an engine any more; may be null.
  KeptClients* kept = nullptr;
  /// What its looks have heard of the members' views.
  std::shared_ptr<KnownViews> views = std::make_shared<KnownViews>();
  /// Where a handover leaves what it could not put back at `self`, to be tried again; may be null.
  std::optional<HandoverUndo>* left = nullptr;
  /// Sentinel mode: called as soon as a member has been promoted; must return at once. May be
  /// empty.
  std::function<void(MemberName)> promoted = nullptr;
};

/// Rule R7. From the living primary `ctx.self` to the best replica, by the way that is the engine's
/// best; confirmed by both roles and a majority of primaries (or sentinels); tried again with
/// another replica until the deadline, unless an obstacle stands that does not go away
/// (plan/common/stop_budget.h). `to` limits the choice to one member.
HandoverEnd HandOverPlanned(const HandoverContext& ctx, Deadline deadline,
                            const MemberName* to = nullptr);

struct TakeOverTarget {
  MemberName member;
  /// What it held when it was chosen; empty: it may lead with whatever it has, as it leads already
  /// or a loss is accepted.
  std::optional<ReplicationPosition> position = std::nullopt;
  bool without_quorum = false;  ///< cluster mode: no votes are to be had
  /// Cluster mode: the engine of `ctx.self` has ended as a child of this very program, which alone
  /// can start it again. So when the votes do not come, the target may do without them.
  bool engine_ended = false;
  /// Sentinel mode: also when the sentinels take the primary for dead and would promote nobody.
  bool accept_loss = false;
};

/// `ctx.self`'s engine does not run: the target takes over by FORCE (TAKEOVER without a quorum, or
/// when others took its votes and its engine has ended here) and it is watched until it leads by
/// the word of a majority. kAborted when the target is no fit
/// replica any more (loading, or its dataset does not contain what it held when it was chosen):
/// decide anew. In sentinel mode a sentinel chooses among the replicas when one of them takes the
/// primary for dead already.
Status TakeOverDead(const HandoverContext& ctx, const TakeOverTarget& target, Deadline deadline);

}  // namespace bowline
