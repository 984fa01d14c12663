#include "apply/cluster/handover.h"

#include "apply/common/handover_parts.h"
#include "base/timing.h"
#include "plan/cluster/handover.h"
#include "sys/log.h"

namespace bowline {
namespace {

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
Status SwitchByElection(const HandoverContext& ctx, const SwitchTarget& target, Deadline deadline) {
  ASSIGN_OR_RETURN(RespClient primary, ConnectTo(ctx, ctx.self, deadline));
  ASSIGN_OR_RETURN(RespClient client, ConnectTo(ctx, target.member, deadline));
  // Whose connection is closed comes again at once: its command waits until it can be redirected.
  // The engine's own pause, which goes on until the roles have changed, is not ended by our end.
  const Deadline soon = deadline.Within(kHandoverCall);
  RETURN_IF_ERROR(primary.PauseWrites(kUsualSwitch, soon));
  const Status ended = primary.EndBlocked(soon);
  if (!ended) LogWarning("blocked clients", {{"err", ended.error().ToString()}});
  RETURN_IF_ERROR(client.ClusterFailover(FailoverMode::kPlain, soon));
  Status promoted = WaitUntilPrimary(ctx, target.member, deadline.Within(kUsualSwitch));
  if (promoted) (void)primary.ResumeWrites(deadline.Within(kHandoverCall));
  if (promoted || !target.secure) return promoted;
  LogWarning("the election takes too long; taking over without votes",
             {{"to", target.member.ToString()}});
  return SwitchWithoutVotes(ctx, target.member, *target.secure, deadline);
}

/// The replica's election has not come to an end in its usual time: its votes were given to a
/// replica of another shard that asked in the same epoch, and it asks again only after 4 x
/// node-timeout (cluster_legacy.c, auth_retry_time). `ctx.self`'s engine has ended under this
/// program and takes no writes, so the replica may do without votes as in a planned handover.
Status TakeOverWithoutVotes(const HandoverContext& ctx, RespClient& client,
                            const TakeOverTarget& target, std::uint64_t epoch_before,
                            Deadline deadline) {
  const auto asked = std::chrono::steady_clock::now();
  const Reports reports = LookAtAll(ctx, deadline.Within(kVotelessLook));
  const HandoverLook look{.layout = ctx.settings.layout,
                          .identity = ctx.identity,
                          .self = ctx.self,
                          .reports = reports,
                          .node_timeout = Milliseconds(ctx.settings.node_timeout_milliseconds),
                          .to = target.member};
  const VotelessPlan plan = PlanWithoutVotes(look, epoch_before);
  if (!plan.secure) return Fail(Code::kUnavailable, "{}", plan.why);
  const Deadline secure = deadline.Within(std::max(*plan.secure - Since(asked), Milliseconds(0)));
  if (secure.Passed()) return Fail(Code::kUnavailable, "the look at all primaries took too long");
  ASSIGN_OR_RETURN(const EngineInfo info, client.Info(secure));
  if (info.primary) return {};
  RETURN_IF_ERROR(StillFit(info, target));
  RETURN_IF_ERROR(CheckOrphan(info, MemberAt(ctx.addresses, info.primary_host), ctx.self));
  // An answer that came late is accepted when it is there; the proof has ended meanwhile.
  if (secure.Passed()) return Fail(Code::kUnavailable, "the replica's answer came too late");
  LogWarning("the election takes too long; taking over without votes",
             {{"to", target.member.ToString()}});
  return client.ClusterFailover(FailoverMode::kTakeover, secure);
}

/// The replica has asked for votes. When its election does not come to an end in its usual time,
/// without votes, tried again while a precondition may still come true. kAborted: the replica must
/// not lead.
Status EndElection(const HandoverContext& ctx, RespClient& client, const TakeOverTarget& target,
                   std::uint64_t epoch_before, Deadline deadline) {
  const Deadline patience = deadline.Within(kVotelessPatience);
  while (!WaitUntilPrimary(ctx, target.member, deadline.Within(kUsualSwitch))) {
    const Status taken = TakeOverWithoutVotes(ctx, client, target, epoch_before, deadline);
    if (taken || taken.error().code == Code::kAborted) return taken;
    LogWarning("not without votes", {{"err", taken.error().ToString()}});
    if (patience.Passed()) break;
  }
  return {};
}

}  // namespace

Status SwitchShard(const HandoverContext& ctx, const SwitchTarget& target, Deadline deadline) {
  if (ctx.settings.engine == EngineKind::kRedis && target.secure) {
    // Redis looks ten times a second only whether the election can begin, and a process that has
    // won one does not run for another for 4 x node-timeout (facts/cluster.md 3, 3d).
    return SwitchWithoutVotes(ctx, target.member, *target.secure, deadline);
  }
  return SwitchByElection(ctx, target, deadline);
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
    const auto before = client.ReadClusterInfo(deadline.Within(kHandoverCall));
    RETURN_IF_ERROR(client.ClusterFailover(mode, deadline.Within(kHandoverCall)));
    if (!before) LogWarning("not without votes", {{"err", before.error().ToString()}});
    if (before && target.engine_ended && !target.without_quorum) {
      RETURN_IF_ERROR(EndElection(ctx, client, target, before->current_epoch, deadline));
    }
  }
  RETURN_IF_ERROR(WaitUntilPrimary(ctx, target.member, deadline.Within(kEngineGivesUp)));
  if (target.without_quorum) return {};  // nobody else runs to confirm it; the guard looks again
  return WaitForMajority(ctx, target.member, deadline);
}

}  // namespace bowline
