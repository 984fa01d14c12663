#include "apply/sentinel/failover.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "apply/common/handover_parts.h"
#include "apply/common/handover_undo.h"
#include "apply/common/kept_clients.h"
#include "apply/common/volume_io.h"
#include "apply/sentinel/hello.h"
#include "base/parse.h"
#include "base/timing.h"
#include "plan/common/start.h"
#include "sys/log.h"

namespace bowline {
namespace {

// The answer to SENTINEL FAILOVER when no replica may be promoted (sentinel.c,
// sentinelSelectSlave).
constexpr std::string_view kNobodyToPromote = "NOGOODSLAVE";
constexpr const char* kPriority = "replica-priority";

/// A majority of the sentinels names `ctx.self`, and none of them is about to change that (`dead`:
/// none fails over at this moment): an epoch higher than any that they have told, or that a
/// handover which was cut off would have told them.
Result<std::uint64_t> AskForConsent(const HandoverContext& ctx, bool dead, Deadline deadline) {
  const AskedSentinels asked = AskSentinelProcesses(ctx, deadline);
  const auto cut_off = LoadHandoverNote(ctx.volume);
  std::uint64_t epoch = cut_off ? cut_off->epoch + 1 : 0;
  for (const AskedSentinel& sentinel : asked.all) {
    if (sentinel.view.failing_over || (sentinel.view.primary_down && !dead)) {
      return Fail(Code::kAborted, "{} is about to fail over itself", sentinel.member.ToString());
    }
    epoch = std::max(epoch, sentinel.view.epochs.config + 1);
    if (dead)
      epoch = std::max(epoch, sentinel.view.epochs.current + 1);  // of failovers that failed
  }
  const auto naming = asked.Naming(ctx.self);
  if (naming * 2 > ctx.settings.layout.sentinels) return epoch;
  return Fail(Code::kUnavailable, "{} of {} sentinels name {} as the primary{}{}", naming,
              ctx.settings.layout.sentinels, ctx.self.ToString(),
              asked.failures.empty() ? "" : ": ", asked.failures);
}

/// The other servers that answer, `target` first.
std::vector<RespClient> ConnectToOthers(const HandoverContext& ctx, RespClient target_client,
                                        MemberName target, Deadline deadline) {
  const Deadline soon = deadline.Within(kHandoverCall);
  std::vector<MemberName> others = ctx.settings.layout.MembersOf(0);
  std::erase_if(others, [&](MemberName name) { return name == ctx.self || name == target; });
  std::vector<RespClient> servers;
  servers.push_back(std::move(target_client));
  std::ranges::move(ConnectToLiving(ctx, others, soon), std::back_inserter(servers));
  return servers;
}

/// Do all replicas that answer hold themselves back (replica-priority 0)? Then no sentinel promotes
/// one of them, however long it is waited for. False when none answers.
bool AllHoldBack(const HandoverContext& ctx, Deadline deadline) {
  std::vector<MemberName> others = ctx.settings.layout.MembersOf(0);
  std::erase(others, ctx.self);
  std::vector<RespClient> servers = ConnectToLiving(ctx, others, deadline.Within(kHandoverCall));
  return !servers.empty() && std::ranges::all_of(servers, [&](RespClient& server) {
    const auto fields = server.ConfigGet({kPriority}, deadline.Within(kHandoverCall));
    return fields && fields->contains(kPriority) && fields->at(kPriority) == "0";
  });
}

/// How many sentinels name another primary, in an epoch in which they do not take ours.
std::ptrdiff_t NameAnother(const AskedSentinels& asked, MemberName target, std::uint64_t epoch) {
  return std::ranges::count_if(asked.all, [&](const AskedSentinel& sentinel) {
    return sentinel.view.primary && sentinel.view.primary != target &&
           sentinel.view.epochs.config >= epoch;
  });
}

/// Until a majority names `target`; a client may ask any sentinel, so for `patience` until all do
/// that answer. Nothing can be taken back any more, so it goes on telling. A call may end after the
/// deadline: one that is cut costs its connection.
Status TellUntilNamed(const HandoverContext& ctx, MemberName target, std::uint64_t epoch,
                      std::vector<RespClient>& servers, Deadline patience, Deadline deadline) {
  while (true) {
    TellSentinels(ctx, target, epoch, servers, Deadline::In(kTellLook));
    const Deadline again = deadline.Within(kTellAgain);
    do {
      const AskedSentinels asked = AskSentinelProcesses(ctx, Deadline::In(kTellLook));
      const auto naming = asked.Naming(target);
      const bool all = naming == std::ssize(asked.all);
      if (naming * 2 > ctx.settings.layout.sentinels && (all || patience.Passed())) return {};
      if (NameAnother(asked, target, epoch) * 2 > ctx.settings.layout.sentinels) {
        // What it takes until its own program has it follow the other one would be lost.
        (void)servers.front().PauseWrites(kDisownedPause, Deadline::In(kTellLook));
        return Fail(Code::kAborted, "the sentinels have made another one than {} primary meanwhile",
                    target.ToString());
      }
    } while (again.Sleep(kHandoverPoll));
    if (deadline.Passed()) {
      return Fail(Code::kDeadlineExceeded, "{} leads, but no majority of sentinels names it yet",
                  target.ToString());
    }
  }
}

/// Should everybody end before a sentinel hears of it, the note tells who has the later writes. It
/// comes after the pause began, for it says that this server has no later ones.
Status NoteTarget(const HandoverContext& ctx, const HandoverNote& note) {
  return ctx.volume.empty() ? Status() : SaveHandoverNote(ctx.volume, note);
}

/// Done is done, also when its reply is lost.
Status Promote(const HandoverContext& ctx, MemberName target, RespClient& replica,
               Deadline deadline) {
  const Status promoted = replica.ReplicaOfNobody(deadline);
  if (!promoted) {
    const auto primary = IsPrimary(ctx, target, Deadline::In(kHandoverCall));
    if (!primary || !*primary) return promoted;
  }
  if (ctx.promoted) ctx.promoted(target);
  return {};
}

/// `servers.front()` is the target's. What fails is repaired by itself
/// (plan/sentinel/server_heal.h).
void FollowTarget(const Endpoint& target, std::vector<RespClient>& servers, Deadline deadline) {
  for (std::size_t i = 1; i < servers.size(); ++i) (void)servers[i].ReplicaOf(target, deadline);
}

/// How many replicas must follow the server, or it refuses writes.
Result<std::int64_t> WantedReplicas(RespClient& server, Deadline deadline) {
  ASSIGN_OR_RETURN(const ConfigFields fields, server.ConfigGet({kMinReplicasToWrite}, deadline));
  const auto found = fields.find(kMinReplicasToWrite);
  return found == fields.end() ? 0 : ParseInt(found->second, 0, std::numeric_limits<int>::max());
}

/// By the connection that is there, else by a new one, as that one may be broken. What cannot be
/// put back now is left to be tried again (HandoverContext::left).
void Undo(const HandoverContext& ctx, RespClient& primary, const HandoverUndo& undo) {
  Status undone = UndoHandover(primary, undo, Deadline::In(kHandoverCall));
  if (!undone) {
    const Deadline deadline = Deadline::In(kHandoverCall);
    auto again = ConnectTo(ctx, ctx.self, deadline);
    undone = again ? UndoHandover(*again, undo, deadline) : std::unexpected(again.error());
  }
  if (undone) return;
  LogWarning("the old primary", {{"err", undone.error().ToString()}});
  if (ctx.left != nullptr) *ctx.left = undo;
}

/// The writes are paused: the switch itself. From a failure on nobody else leads.
Status PromotePaused(const HandoverContext& ctx, const HandoverNote& note, RespClient& primary,
                     RespClient& leader, Deadline pause) {
  RETURN_IF_ERROR(WaitForEqualOffsets(primary, leader, pause.Within(kHandoverCall)));
  RETURN_IF_ERROR(primary.PauseWrites(kPromotedPause, pause));
  if (pause.Passed()) return Fail(Code::kDeadlineExceeded, "the pause of writes has ended");
  RETURN_IF_ERROR(NoteTarget(ctx, note));
  // Its replicas leave now, and a paused server still refuses writes for want of them. Were they
  // to stay until its clients leave, its PING to them would be a write that the target has not:
  // all would have to be copied anew.
  if (note.min_replicas > 0) RETURN_IF_ERROR(primary.ConfigSet(kMinReplicasToWrite, "0", pause));
  return Promote(ctx, note.to, leader, Deadline::In(kPromotion));
}

/// By the connection that holds the pause, else by a new one.
Status StepBack(const HandoverContext& ctx, RespClient& primary, const Endpoint& to,
                const std::vector<std::string>& users) {
  const Status done = primary.StepBack(to, users, Deadline::In(kHandoverCall));
  if (done) return {};
  LogWarning("the old primary", {{"err", done.error().ToString()}});
  const Deadline deadline = Deadline::In(kHandoverCall);
  ASSIGN_OR_RETURN(RespClient again, ConnectTo(ctx, ctx.self, deadline));
  return again.StepBack(to, users, deadline);
}

/// Until so many replicas follow, of which the one at the address `but` is not counted. Gives up
/// silently: the writes are safe either way.
void WaitForReplicas(RespClient& leader, std::int64_t wanted, std::string_view but,
                     Deadline deadline) {
  do {
    const auto info = leader.Info(Deadline::In(kHandoverCall));
    if (!info) return;
    const auto online = std::ranges::count_if(info->replicas, [&](const ReplicaEntry& entry) {
      return entry.ip != but && entry.state == "online";
    });
    if (online >= wanted) return;
  } while (deadline.Sleep(kHandoverPoll));
}

/// One sentinel is asked, the others are watched: asking more makes two primaries
/// (facts/sentinel.md 6).
Status AskForFailover(const HandoverContext& ctx, Deadline deadline) {
  const AskedSentinels asked = AskSentinelProcesses(ctx, deadline);
  for (const AskedSentinel& sentinel : asked.all) {
    if (sentinel.view.failing_over) return {};
  }
  for (const AskedSentinel& sentinel : asked.all) {
    if (sentinel.view.primary != ctx.self) continue;
    ASSIGN_OR_RETURN(RespClient client, ConnectTo(ctx, sentinel.member, deadline));
    const Status begun =
        client.SentinelFailover(ctx.settings.sentinel.master_name, deadline.Within(kHandoverCall));
    LogInfo("asked for a failover", {{"sentinel", sentinel.member.ToString()},
                                     {"answer", begun ? "OK" : begun.error().message}});
    return begun;
  }
  return Fail(Code::kUnavailable, "no sentinel can be asked for a failover: {}", asked.failures);
}

Status WaitUntilAnotherIsNamed(const HandoverContext& ctx, Deadline deadline) {
  do {
    const auto named = NamedByProcesses(ctx, deadline);
    if (named && named != ctx.self) return {};
  } while (deadline.Sleep(Milliseconds(50)));
  return Fail(Code::kDeadlineExceeded, "the sentinels name no other server yet");
}

}  // namespace

Status SwitchServers(const HandoverContext& ctx, MemberName target, Deadline deadline) {
  ASSIGN_OR_RETURN(const Endpoint address, AddressOf(ctx, target));
  ASSIGN_OR_RETURN(const std::uint64_t epoch, AskForConsent(ctx, false, deadline));
  // Nothing but the switch itself happens while the writes wait.
  ASSIGN_OR_RETURN(RespClient primary, ConnectTo(ctx, ctx.self, deadline));
  ASSIGN_OR_RETURN(RespClient replica, ConnectTo(ctx, target, deadline));
  std::vector<RespClient> servers = ConnectToOthers(ctx, std::move(replica), target, deadline);
  RespClient& leader = servers.front();
  ASSIGN_OR_RETURN(const std::int64_t wanted, WantedReplicas(primary, deadline));
  const auto users = UsersOfClients(ctx.settings, ctx.identity, primary, kHandoverCall);
  const auto began = std::chrono::steady_clock::now();
  const Deadline pause = deadline.Within(kLongestPause);
  RETURN_IF_ERROR(primary.PauseWrites(kLongestPause, pause));
  const HandoverNote note{.to = target, .epoch = epoch, .min_replicas = wanted};
  if (const Status done = PromotePaused(ctx, note, primary, leader, pause); !done) {
    Undo(ctx, primary, {.min_replicas = wanted, .note_on = ctx.volume, .resume = true});
    if (ctx.kept != nullptr) {  // for the next try
      ctx.kept->Put(ctx.self, std::move(primary));
      ctx.kept->Put(target, std::move(leader));
    }
    return done;
  }
  FollowTarget(address, servers, Deadline::In(kTellLook));
  // Until all sentinels name the target its clients are kept here, by the pause: whoever came to a
  // sentinel earlier would be sent back, and who comes before a replica is refused there.
  const Deadline settled = Deadline::In(kClientsSettled);
  const Status named = TellUntilNamed(ctx, target, epoch, servers, settled, settled);
  WaitForReplicas(leader, std::min(wanted, std::ssize(servers) - 1), "", settled);
  const Status followed = StepBack(ctx, primary, address, users);
  Undo(ctx, primary, {.min_replicas = wanted, .note_on = {}, .resume = followed.has_value()});
  LogInfo("switched",
          {{"to", target.ToString()}, {"epoch", epoch}, {"pausedMs", Since(began).count()}});
  if (!followed) LogWarning("the old primary", {{"err", followed.error().ToString()}});
  if (!named) {
    RETURN_IF_ERROR(TellUntilNamed(ctx, target, epoch, servers, settled, deadline));
  }
  // Before this one stops, others must follow the new one.
  const auto own = AddressOf(ctx, ctx.self);
  const std::int64_t others = ctx.settings.layout.replicas_per_shard - 1;
  WaitForReplicas(leader, std::min(std::max<std::int64_t>(wanted, 1), others), own ? own->ip : "",
                  deadline.Within(kReplicasPatience));
  return {};
}

Status ReplaceDead(const HandoverContext& ctx, Deadline deadline) {
  RETURN_IF_ERROR(AskForFailover(ctx, deadline));
  return WaitUntilAnotherIsNamed(ctx, deadline);
}

Status TakeOverServers(const HandoverContext& ctx, const TakeOverTarget& target,
                       Deadline deadline) {
  auto epoch = AskForConsent(ctx, target.accept_loss, deadline);
  if (!epoch && !target.accept_loss) {
    LogInfo("leaving the failover to the sentinels", {{"why", epoch.error().message}});
    Status replaced = ReplaceDead(ctx, deadline);
    const bool nobody = !replaced && replaced.error().message.contains(kNobodyToPromote);
    // It may be that one sentinel alone which has heard of no replica yet.
    if (!nobody || !AllHoldBack(ctx, deadline)) return replaced;
    epoch = AskForConsent(ctx, true, deadline);
  }
  if (!epoch) return std::unexpected(epoch.error());
  const MemberName member = target.member;
  ASSIGN_OR_RETURN(const Endpoint address, AddressOf(ctx, member));
  ASSIGN_OR_RETURN(RespClient replica, ConnectTo(ctx, member, deadline));
  // The last look before the irreversible step.
  ASSIGN_OR_RETURN(const EngineInfo info, replica.Info(deadline.Within(kHandoverCall)));
  RETURN_IF_ERROR(StillFit(info, target));
  std::vector<RespClient> servers = ConnectToOthers(ctx, std::move(replica), member, deadline);
  const Deadline soon = deadline.Within(kHandoverCall);
  RETURN_IF_ERROR(NoteTarget(ctx, {.to = member, .epoch = *epoch}));
  RETURN_IF_ERROR(Promote(ctx, member, servers.front(), soon));
  FollowTarget(address, servers, soon);
  return TellUntilNamed(ctx, member, *epoch, servers, deadline.Within(kClientsSettled), deadline);
}

}  // namespace bowline
