#include "apply/handover.h"

#include <algorithm>

#include "apply/handover_parts.h"
#include "apply/sentinel_failover.h"
#include "sys/log.h"

namespace bowline {
namespace {

// An accepted failover is given up by the engine after 5 s (CLUSTER_MF_TIMEOUT, cluster_legacy.c).
constexpr Milliseconds kEngineGivesUp{5500};
// How long the primary waits for a replica that is just syncing.
constexpr Milliseconds kSyncPatience{3000};
// A plain failover takes about 50 ms (facts/cluster.md 3b), at most some 200 ms with a replica that
// is behind.
constexpr Milliseconds kUsualSwitch{400};
// Longest pause of writes that we cause ourselves; below a client's usual reply time-out plus the
// engine's own steps.
constexpr Milliseconds kOwnPause{3000};

Status WaitUntilPrimary(const HandoverContext& ctx, MemberName member, Deadline deadline) {
  while (true) {
    const auto primary = IsPrimary(ctx, member, deadline);
    if (primary && *primary) return {};
    if (!deadline.Sleep(kHandoverPoll)) {
      return Fail(Code::kDeadlineExceeded, "{} did not become primary", member.ToString());
    }
  }
}

Status WaitForMajority(const HandoverContext& ctx, MemberName member, Deadline deadline) {
  while (true) {
    const Cards cards = LookAtAll(ctx, deadline);
    if (Confirmed(ctx, cards, member)) return {};
    if (!deadline.Sleep(kHandoverPoll)) {
      return Fail(Code::kDeadlineExceeded, "a majority of primaries does not confirm {}",
                  member.ToString());
    }
  }
}

/// Redis drops a failover request silently when the primary does not list the caller as its replica
/// yet (facts/cluster.md 3); the request would cost 5 s of paused writes.
bool ListsAsReplica(const EngineSnapshot& primary, const Identity& identity, MemberName self,
                    MemberName replica) {
  const auto view = ParseClusterNodes(primary.view);
  if (!view) return false;
  const NodeLine* line = view->Find(identity.NodeIdOf(replica));
  return line != nullptr && line->role == NodeRole::kReplica &&
         line->primary == identity.NodeIdOf(self);
}

/// Is somebody of the shard about to become fit, so that waiting for it makes sense?
bool WorthWaiting(const HandoverContext& ctx, const Cards& cards) {
  return std::ranges::any_of(ctx.settings.layout.MembersOf(ctx.self.shard), [&](MemberName member) {
    const auto card = cards.find(member);
    return member != ctx.self && card != cards.end() && card->second.phase == Phase::kRunning;
  });
}

struct Step {
  HandoverResult result = HandoverResult::kNoCandidate;
  bool again = false;
  MemberName target;
};

/// One look at everybody: what is there to do?
Step NextStep(const HandoverContext& ctx, Deadline deadline, const MemberName* to) {
  const Cards cards = LookAtAll(ctx, deadline);
  const auto self = cards.find(ctx.self);
  if (self == cards.end() || !self->second.engine.answers) return {.again = true};
  if (!self->second.engine.info.primary) return {.result = HandoverResult::kNothingToDo};
  const auto view = ParseClusterNodes(self->second.engine.view);
  if (view && view->Myself() != nullptr && view->Myself()->slots.empty()) {
    return {.result = HandoverResult::kNothingToDo};
  }
  auto candidate = BestCandidate(ctx.settings.layout, cards, ctx.self.shard, ctx.self, true);
  if (candidate && to != nullptr && candidate->member != *to) candidate.reset();
  if (!candidate) {
    return {.result = HandoverResult::kNoCandidate, .again = WorthWaiting(ctx, cards)};
  }
  if (ctx.settings.layout.mode == Mode::kCluster &&
      !ListsAsReplica(self->second.engine, ctx.identity, ctx.self, candidate->member)) {
    return {.again = true};
  }
  LogInfo("handing over", {{"to", candidate->member.ToString()}, {"why", candidate->reason}});
  return {.result = HandoverResult::kDone, .target = candidate->member};
}

/// The engines' election did not come to an end in its usual time: two shards that hand over in the
/// same moment ask for votes of the same epoch, one of them loses and cannot ask again for 4 x
/// node-timeout (cluster_legacy.c auth_retry_time), while its primary pauses writes for 5 s. So the
/// primary's writes are paused by ourselves, and with equal offsets the replica takes over without
/// votes: nothing can be lost, and nobody else claims these slots.
Status SwitchWithoutVotes(const HandoverContext& ctx, MemberName target, Deadline deadline) {
  ASSIGN_OR_RETURN(RespClient primary, ConnectTo(ctx, ctx.self, deadline));
  ASSIGN_OR_RETURN(RespClient replica, ConnectTo(ctx, target, deadline));
  const Deadline soon = deadline.Within(kOwnPause - kHandoverCall);
  RETURN_IF_ERROR(primary.PauseWrites(kOwnPause, soon));
  Status done = WaitForEqualOffsets(primary, replica, soon);
  if (done) done = replica.ClusterFailover(FailoverMode::kTakeover, soon);
  if (done) done = WaitUntilPrimary(ctx, target, soon);
  while (done && IsPrimary(ctx, ctx.self, soon).value_or(false) && soon.Sleep(kHandoverPoll)) {
  }
  const Status resumed = primary.ResumeWrites(deadline.Within(kHandoverCall));
  return done ? resumed : done;
}

Status SwitchTo(const HandoverContext& ctx, MemberName target, Deadline deadline) {
  if (ctx.settings.layout.mode == Mode::kSentinel) {
    RETURN_IF_ERROR(SwitchServers(ctx, target, deadline));
    return WaitForMajority(ctx, target, deadline);
  }
  ASSIGN_OR_RETURN(RespClient client, ConnectTo(ctx, target, deadline));
  RETURN_IF_ERROR(client.ClusterFailover(FailoverMode::kPlain, deadline.Within(kHandoverCall)));
  const Status promoted = WaitUntilPrimary(ctx, target, deadline.Within(kUsualSwitch));
  if (!promoted) {
    LogWarning("the election takes too long; taking over without votes",
               {{"to", target.ToString()}});
    RETURN_IF_ERROR(SwitchWithoutVotes(ctx, target, deadline));
  }
  return WaitForMajority(ctx, target, deadline);
}

}  // namespace

Result<HandoverResult> HandOverPlanned(const HandoverContext& ctx, Deadline deadline,
                                       const MemberName* to) {
  const Deadline patience = deadline.Within(kSyncPatience);
  while (!deadline.Passed()) {
    const Step step = NextStep(ctx, deadline, to);
    if (!step.again && step.result != HandoverResult::kDone) return step.result;
    if (step.again) {
      if (patience.Passed()) return HandoverResult::kNoCandidate;
      (void)deadline.Sleep(Milliseconds(100));
      continue;
    }
    const Status switched = SwitchTo(ctx, step.target, deadline);
    if (switched) return HandoverResult::kDone;
    LogWarning("the handover did not happen; deciding anew",
               {{"err", switched.error().ToString()}});
    (void)deadline.Sleep(Milliseconds(200));
  }
  return Fail(Code::kDeadlineExceeded, "no handover could be confirmed in time");
}

Status TakeOverDead(const HandoverContext& ctx, MemberName target, bool without_quorum,
                    Deadline deadline) {
  if (ctx.settings.layout.mode == Mode::kSentinel) return TakeOverServers(ctx, target, deadline);
  ASSIGN_OR_RETURN(RespClient client, ConnectTo(ctx, target, deadline));
  // The last look before the irreversible step: FORCE has no data check at all (facts/cluster.md
  // 3f).
  ASSIGN_OR_RETURN(const EngineInfo info, client.Info(deadline.Within(kHandoverCall)));
  if (info.loading) {
    return Fail(Code::kAborted, "{} is loading", target.ToString());
  }
  if (!info.primary) {
    const FailoverMode mode = without_quorum ? FailoverMode::kTakeover : FailoverMode::kForce;
    RETURN_IF_ERROR(client.ClusterFailover(mode, deadline.Within(kHandoverCall)));
  }
  RETURN_IF_ERROR(WaitUntilPrimary(ctx, target, deadline.Within(kEngineGivesUp)));
  if (without_quorum) return {};  // nobody else runs to confirm it; the guard looks again
  return WaitForMajority(ctx, target, deadline);
}

}  // namespace bowline
