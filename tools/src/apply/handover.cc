#include "apply/handover.h"

#include <algorithm>
#include <optional>

#include "apply/handover_parts.h"
#include "apply/sentinel_failover.h"
#include "apply/sentinel_hello.h"
#include "plan/stop_budget.h"
#include "sys/log.h"

namespace bowline {
namespace {

// An accepted failover is given up by the engine after 5 s (CLUSTER_MF_TIMEOUT, cluster_legacy.c).
constexpr Milliseconds kEngineGivesUp{5500};
// A plain failover takes about 50 ms (facts/cluster.md 3b), at most some 200 ms with a replica that
// is behind.
constexpr Milliseconds kUsualSwitch{400};
// How old a card's look at its engine can be: a member answers with its last one when a new one
// takes longer than 0.8 s, and that one was at most 0.7 s under way.
constexpr Milliseconds kOldestCard{1500};
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
  std::optional<HandoverEnd> end;  ///< there is nothing to do, or nothing can be done
  Obstacle obstacle = Obstacle::kNone;
  std::string why;  ///< of the obstacle
  MemberName target;
  /// Cluster mode: so long nobody is elected against us, so that a replica may do without votes.
  std::optional<Deadline> secure;
};

/// One look at everybody: what is there to do?
Step NextStep(const HandoverContext& ctx, Deadline deadline, const MemberName* to) {
  const Deadline secure = deadline.Within(std::max(
      Milliseconds(ctx.settings.node_timeout_milliseconds) - kOldestCard, Milliseconds(0)));
  const Cards cards = LookAtAll(ctx, deadline);
  const auto self = cards.find(ctx.self);
  Step step;
  if (self == cards.end() || !self->second.engine.answers) {
    step.obstacle = Obstacle::kNoAnswer;
    step.why = ctx.self.ToString() + " itself does not answer";
    return step;
  }
  const HandoverEnd nothing{.result = HandoverResult::kNothingToDo,
                            .why = ctx.self.ToString() + " is no primary with data to hand over"};
  const auto view = ParseClusterNodes(self->second.engine.view);
  const bool empty = view && view->Myself() != nullptr && view->Myself()->slots.empty();
  if (!self->second.engine.info.primary || empty) {
    step.end = nothing;
    return step;
  }
  Cards choice = cards;
  if (to != nullptr) {
    std::erase_if(choice,
                  [&](const auto& card) { return card.first != ctx.self && card.first != *to; });
  }
  const auto candidate = BestForHandover(ctx.settings.layout, choice, ctx.self.shard, ctx.self);
  if (!candidate) {
    const bool worth = WorthWaiting(ctx, choice);
    step.obstacle = worth ? Obstacle::kSyncing : Obstacle::kNoCandidate;
    step.why = std::format("{} that could take over {}",
                           to == nullptr ? "no replica" : "no " + to->ToString(),
                           worth ? "is in sync" : "runs");
    return step;
  }
  step.target = candidate->member;
  if (ctx.settings.layout.mode == Mode::kCluster) {
    if (!ListsAsReplica(self->second.engine, ctx.identity, ctx.self, candidate->member)) {
      step.obstacle = Obstacle::kSyncing;
      step.why = "the primary does not list " + candidate->member.ToString() + " as its replica";
      return step;
    }
    if (SecureInLead(ctx.settings.layout, ctx.identity, cards, ctx.self)) step.secure = secure;
  }
  LogInfo("handing over", {{"to", candidate->member.ToString()}, {"why", candidate->reason}});
  return step;
}

/// After a try that came to nothing: is it that nobody is there who could confirm it?
bool NoMajority(const HandoverContext& ctx, Deadline deadline) {
  if (ctx.settings.layout.mode == Mode::kSentinel) {
    const AskedSentinels asked = AskSentinelProcesses(ctx, deadline.Within(kHandoverCall));
    return std::ssize(asked.all) * 2 <= ctx.settings.layout.sentinels;
  }
  const Cards cards = LookAtAll(ctx, deadline);
  return !ViewOfShard(ctx.settings.layout, ctx.identity, cards, ctx.self.shard).quorum;
}

/// An obstacle that stands since a moment, and whether it is time to give up.
class Obstacles {
 public:
  bool GiveUp(Obstacle obstacle) {
    if (obstacle != now_) since_ = std::chrono::steady_clock::now();
    now_ = obstacle;
    return GivesUp(now_, Since(since_));
  }

 private:
  Obstacle now_ = Obstacle::kNone;
  std::chrono::steady_clock::time_point since_;
};

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
Status SwitchByElection(const HandoverContext& ctx, const Step& step, Deadline deadline) {
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

Status SwitchTo(const HandoverContext& ctx, const Step& step, Deadline deadline) {
  if (ctx.settings.layout.mode == Mode::kSentinel) {
    RETURN_IF_ERROR(SwitchServers(ctx, step.target, deadline));
  } else if (ctx.settings.engine == EngineKind::kRedis && step.secure) {
    // Redis looks ten times a second only whether the election can begin, and a process that has
    // won one does not run for another for 4 x node-timeout (facts/cluster.md 3, 3d).
    RETURN_IF_ERROR(SwitchWithoutVotes(ctx, step.target, *step.secure, deadline));
  } else {
    RETURN_IF_ERROR(SwitchByElection(ctx, step, deadline));
  }
  return WaitForMajority(ctx, step.target, deadline);
}

}  // namespace

std::string_view HandoverResultName(HandoverResult result) {
  switch (result) {
    case HandoverResult::kDone:
      return "done";
    case HandoverResult::kNothingToDo:
      return "nothing to do";
    case HandoverResult::kNoCandidate:
      return "no candidate";
    case HandoverResult::kNoMajority:
      return "no majority";
    case HandoverResult::kFailed:
      return "failed";
  }
  return "";
}

Result<HandoverResult> ParseHandoverResult(std::string_view name) {
  for (const HandoverResult result :
       {HandoverResult::kDone, HandoverResult::kNothingToDo, HandoverResult::kNoCandidate,
        HandoverResult::kNoMajority, HandoverResult::kFailed}) {
    if (HandoverResultName(result) == name) return result;
  }
  return Fail(Code::kInvalidArgument, "\"{}\" is no end of a handover", name);
}

HandoverEnd HandOverPlanned(const HandoverContext& ctx, Deadline deadline, const MemberName* to) {
  Obstacles obstacles;
  std::string last = "there was no time";
  while (!deadline.Passed()) {
    const Step step = NextStep(ctx, deadline, to);
    if (step.end) return *step.end;
    if (step.obstacle != Obstacle::kNone) {
      last = step.why;
      if (obstacles.GiveUp(step.obstacle)) {
        return {.result = HandoverResult::kNoCandidate, .why = step.why};
      }
      (void)deadline.Sleep(Milliseconds(100));
      continue;
    }
    const Status switched = SwitchTo(ctx, step, deadline);
    if (switched) {
      return {.result = HandoverResult::kDone,
              .why = step.target.ToString() + " leads, a majority confirms it"};
    }
    last = switched.error().ToString();
    LogWarning("the handover did not happen; deciding anew", {{"err", last}});
    if (obstacles.GiveUp(NoMajority(ctx, deadline) ? Obstacle::kNoMajority : Obstacle::kNone)) {
      return {.result = HandoverResult::kNoMajority, .why = last};
    }
    (void)deadline.Sleep(Milliseconds(200));
  }
  return {.result = HandoverResult::kFailed,
          .why = "no handover could be confirmed in time: " + last};
}

Status TakeOverDead(const HandoverContext& ctx, const TakeOverTarget& target, Deadline deadline) {
  if (ctx.settings.layout.mode == Mode::kSentinel) return TakeOverServers(ctx, target, deadline);
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
