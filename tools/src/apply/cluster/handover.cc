#include "apply/cluster/handover.h"

#include <algorithm>

#include "apply/common/handover_parts.h"
#include "plan/cluster/cluster_view.h"
#include "sys/log.h"

namespace bowline {
namespace {

// An accepted failover is given up by the engine after 5 s (CLUSTER_MF_TIMEOUT, cluster_legacy.c).
constexpr Milliseconds kEngineGivesUp{5500};
// A plain failover takes about 50 ms (facts/cluster.md 3b), at most some 200 ms with a replica that
// is behind.
constexpr Milliseconds kUsualSwitch{400};
// How old a report's look at its engine can be: a member answers with its last one when a new one
// takes longer than 0.8 s, and that one was at most 0.7 s under way.
constexpr Milliseconds kOldestReport{1500};
// Longest pause of writes that we cause ourselves; below a client's usual reply time-out plus the
// engine's own steps.
constexpr Milliseconds kOwnPause{3000};

/// Redis drops a failover request silently when the primary does not list the caller as its replica
/// yet (facts/cluster.md 3); the request would cost 5 s of paused writes.
bool ListsAsReplica(const EngineSnapshot& primary, const Identity& identity, MemberName self,
                    MemberName replica) {
  const NodeLine* line = primary.view.Find(identity.NodeIdOf(replica));
  return line != nullptr && line->role == NodeRole::kReplica &&
         line->primary == identity.NodeIdOf(self);
}

/// The primary's writes are paused by ourselves, and with equal offsets the replica takes over
/// without votes: nothing is lost, and until `secure` nobody else can be elected to these slots
/// (docs/decisions/0003).
Status SwitchWithoutVotes(const HandoverContext& ctx, MemberName target, Deadline secure,
                          Deadline deadline) {
  ASSIGN_OR_RETURN(RespClient primary, ConnectTo(ctx, ctx.self, deadline));
  ASSIGN_OR_RETURN(RespClient replica, ConnectTo(ctx, target, deadline));
  const Deadline soon = secure.Within(kOwnPause - kHandoverCall);
  RETURN_IF_ERROR(primary.PauseWrites(kOwnPause, soon));
  const Status equal = WaitForEqualOffsets(primary, replica, soon);
  if (!equal) {
    (void)primary.ResumeWrites(deadline.Within(kHandoverCall));
    return equal;
  }
  const Status ended = primary.EndBlocked(soon);
  if (!ended) LogWarning("blocked clients", {{"err", ended.error().ToString()}});
  // A write that was taken from here on would be lost: what if the old primary has not heard of the
  // new one, or only the reply has not come? The pause ends by itself, a second later than this.
  RETURN_IF_ERROR(replica.ClusterFailover(FailoverMode::kTakeover, soon));
  const auto leads = [&](RespClient& kept, MemberName member) {
    const auto info = kept.Info(soon);
    return info ? info->primary : IsPrimary(ctx, member, soon).value_or(false);
  };
  while (!leads(replica, target) || leads(primary, ctx.self)) {
    if (!soon.Sleep(kSwitchPoll)) {
      return Fail(Code::kDeadlineExceeded, "{} does not step back", ctx.self.ToString());
    }
  }
  return primary.ResumeWrites(deadline.Within(kHandoverCall));
}

/// By the engines' own election; when it does not come to an end in its usual time, without votes:
/// two shards that hand over in the same moment ask for votes of the same epoch, and the one that
/// loses cannot ask again for 4 x node-timeout (cluster_legacy.c, auth_retry_time), while its
/// primary pauses writes for 5 s.
Status SwitchByElection(const HandoverContext& ctx, const HandoverStep& step, Deadline deadline) {
  ASSIGN_OR_RETURN(RespClient primary, ConnectTo(ctx, ctx.self, deadline));
  ASSIGN_OR_RETURN(RespClient client, ConnectTo(ctx, step.target, deadline));
  // Whose connection is closed comes again at once: its command waits until it can be redirected.
  // The engine's own pause, which goes on until the roles have changed, is not ended by our end.
  const Deadline soon = deadline.Within(kHandoverCall);
  RETURN_IF_ERROR(primary.PauseWrites(kUsualSwitch, soon));
  const Status ended = primary.EndBlocked(soon);
  if (!ended) LogWarning("blocked clients", {{"err", ended.error().ToString()}});
  RETURN_IF_ERROR(client.ClusterFailover(FailoverMode::kPlain, soon));
  Status promoted = WaitUntilPrimary(ctx, step.target, deadline.Within(kUsualSwitch));
  if (promoted) (void)primary.ResumeWrites(deadline.Within(kHandoverCall));
  if (promoted || !step.secure) return promoted;
  LogWarning("the election takes too long; taking over without votes",
             {{"to", step.target.ToString()}});
  return SwitchWithoutVotes(ctx, step.target, *step.secure, deadline);
}

}  // namespace

void CheckShardStep(const HandoverContext& ctx, const Reports& reports,
                    std::chrono::steady_clock::time_point asked, Deadline deadline,
                    HandoverStep& step) {
  if (!ListsAsReplica(reports.at(ctx.self).engine, ctx.identity, ctx.self, step.target)) {
    step.obstacle = Obstacle::kSyncing;
    step.why = "the primary does not list " + step.target.ToString() + " as its replica";
    return;
  }
  if (const auto by = TakenForFailedBy(ctx.identity, reports, step.target)) {
    step.obstacle = Obstacle::kSyncing;
    step.why = std::format("{} still takes {} for failed, so that another one would be elected",
                           by->ToString(), step.target.ToString());
    return;
  }
  if (!SecureInLead(ctx.settings.layout, ctx.identity, reports, ctx.self)) return;
  const Milliseconds secure =
      Milliseconds(ctx.settings.node_timeout_milliseconds) - kOldestReport - Since(asked);
  step.secure = deadline.Within(std::max(secure, Milliseconds(0)));
}

Status SwitchShard(const HandoverContext& ctx, const HandoverStep& step, Deadline deadline) {
  if (ctx.settings.engine == EngineKind::kRedis && step.secure) {
    // Redis looks ten times a second only whether the election can begin, and a process that has
    // won one does not run for another for 4 x node-timeout (facts/cluster.md 3, 3d).
    return SwitchWithoutVotes(ctx, step.target, *step.secure, deadline);
  }
  return SwitchByElection(ctx, step, deadline);
}

Status TakeOverShard(const HandoverContext& ctx, const TakeOverTarget& target, Deadline deadline) {
  ASSIGN_OR_RETURN(RespClient client, ConnectTo(ctx, target.member, deadline));
  // The last look before the irreversible step: FORCE has no data check at all (facts/cluster.md
  // 3f).
  ASSIGN_OR_RETURN(const EngineInfo info, client.Info(deadline.Within(kHandoverCall)));
  RETURN_IF_ERROR(StillFit(info, target));
  if (!info.primary) {
    const FailoverMode mode =
        target.without_quorum ? FailoverMode::kTakeover : FailoverMode::kForce;
    RETURN_IF_ERROR(client.ClusterFailover(mode, deadline.Within(kHandoverCall)));
  }
  RETURN_IF_ERROR(WaitUntilPrimary(ctx, target.member, deadline.Within(kEngineGivesUp)));
  if (target.without_quorum) return {};  // nobody else runs to confirm it; the guard looks again
  return WaitForMajority(ctx, target.member, deadline);
}

}  // namespace bowline
