#include "apply/sentinel_failover.h"

#include <algorithm>

#include "apply/handover_parts.h"
#include "apply/sentinel_hello.h"
#include "apply/volume_io.h"
#include "sys/log.h"

namespace bowline {
namespace {

// How long writes wait at most. It ends by itself should we die, and it is well below the time
// after which sentinels take a paused primary for dead (facts/sentinel.md 2).
constexpr Milliseconds kLongestPause{2000};
// A message that comes while a sentinel's link is being made is lost: it is told again.
constexpr Milliseconds kTellAgain{100};
constexpr Milliseconds kTellLook{250};  // a dead node's sentinel must not hold up the telling
constexpr Milliseconds kReplicasPatience{3000};

/// A majority of the sentinels names `ctx.self`, and none of them is about to change that: an epoch
/// higher than any that they have told.
Result<std::uint64_t> AskForConsent(const HandoverContext& ctx, Deadline deadline) {
  const AskedSentinels asked = AskSentinelProcesses(ctx, deadline);
  std::uint64_t epoch = 0;
  for (const AskedSentinel& sentinel : asked.all) {
    if (sentinel.view.failing_over || sentinel.view.primary_down) {
      return Fail(Code::kAborted, "{} is about to fail over itself", sentinel.member.ToString());
    }
    epoch = std::max(epoch, sentinel.view.epochs.config + 1);
  }
  const auto naming = asked.Naming(ctx.self);
  if (naming * 2 > ctx.settings.layout.sentinels) return epoch;
  return Fail(Code::kUnavailable, "{} of {} sentinels name {} as the primary{}{}", naming,
              ctx.settings.layout.sentinels, ctx.self.ToString(),
              asked.failures.empty() ? "" : ": ", asked.failures);
}

/// Who accepts a connection need not answer: its process may be frozen.
Result<RespClient> ConnectToLiving(const HandoverContext& ctx, MemberName member,
                                   Deadline deadline) {
  ASSIGN_OR_RETURN(RespClient client, ConnectTo(ctx, member, deadline));
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply any, client.Command({"PING"}, deadline));
  return client;
}

/// The other servers that answer, `target` first.
std::vector<RespClient> ConnectToOthers(const HandoverContext& ctx, RespClient target_client,
                                        MemberName target, Deadline deadline) {
  const Deadline soon = deadline.Within(kHandoverCall);
  std::vector<MemberName> others = ctx.settings.layout.MembersOf(0);
  std::erase_if(others, [&](MemberName name) { return name == ctx.self || name == target; });
  std::vector<RespClient> servers;
  servers.push_back(std::move(target_client));
  for (auto& client :
       AskAtOnce(others, [&](MemberName member) { return ConnectToLiving(ctx, member, soon); })) {
    if (client) servers.push_back(*std::move(client));
  }
  return servers;
}

/// Until a majority names `target`. Nothing can be taken back any more, so it goes on telling.
Status TellUntilNamed(const HandoverContext& ctx, MemberName target, std::uint64_t epoch,
                      std::vector<RespClient>& servers, Deadline deadline) {
  while (true) {
    TellSentinels(ctx, target, epoch, servers, deadline.Within(kHandoverCall));
    const Deadline again = deadline.Within(kTellAgain);
    do {
      if (NamedByProcesses(ctx, deadline.Within(kTellLook)) == target) return {};
    } while (again.Sleep(kHandoverPoll));
    if (deadline.Passed()) {
      return Fail(Code::kDeadlineExceeded, "{} leads, but no majority of sentinels names it yet",
                  target.ToString());
    }
  }
}

/// `servers.front()` is the target's. What fails for another replica is repaired by itself
/// (plan/server_heal.h). Should everybody end before a sentinel hears of it, the note tells who has
/// the later writes.
Status Promote(const HandoverContext& ctx, MemberName target, std::uint64_t epoch,
               std::vector<RespClient>& servers, Deadline deadline) {
  if (!ctx.volume.empty()) {
    RETURN_IF_ERROR(SaveHandoverNote(ctx.volume, {.to = target, .term = epoch}));
  }
  RETURN_IF_ERROR(servers.front().ReplicaOfNobody(deadline));
  for (std::size_t i = 1; i < servers.size(); ++i) {
    (void)servers[i].ReplicaOf(ctx.addresses.at(target), deadline);
  }
  return {};
}

/// min-replicas-to-write counts replicas: before the old primary stops, another one must follow the
/// new one. Gives up silently: the writes are safe either way.
void WaitForOtherReplicas(const HandoverContext& ctx, RespClient& leader, Deadline deadline) {
  const Deadline patience = deadline.Within(kReplicasPatience);
  if (ctx.settings.layout.replicas_per_shard < 2) return;
  const std::string& own = ctx.addresses.at(ctx.self).ip;
  do {
    const auto info = leader.Info(patience);
    if (!info) return;
    const bool enough = std::ranges::any_of(info->replicas, [&](const ReplicaEntry& entry) {
      return entry.ip != own && entry.state == "online";
    });
    if (enough) return;
  } while (patience.Sleep(Milliseconds(20)));
}

/// One sentinel is asked, the others are watched: asking more makes two primaries
/// (facts/sentinel.md 6).
Status AskForFailover(const HandoverContext& ctx, Deadline deadline) {
  AskedSentinels asked = AskSentinelProcesses(ctx, deadline);
  for (const AskedSentinel& sentinel : asked.all) {
    if (sentinel.view.failing_over) return {};
  }
  for (AskedSentinel& sentinel : asked.all) {
    if (sentinel.view.primary != ctx.self) continue;
    const Status begun = sentinel.client.SentinelFailover(ctx.settings.sentinel.master_name,
                                                          deadline.Within(kHandoverCall));
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
  ASSIGN_OR_RETURN(const std::uint64_t epoch, AskForConsent(ctx, deadline));
  // Nothing but the switch itself happens while the writes wait.
  ASSIGN_OR_RETURN(RespClient primary, ConnectTo(ctx, ctx.self, deadline));
  ASSIGN_OR_RETURN(RespClient replica, ConnectTo(ctx, target, deadline));
  std::vector<RespClient> servers = ConnectToOthers(ctx, std::move(replica), target, deadline);
  const auto began = std::chrono::steady_clock::now();
  const Deadline pause = deadline.Within(kLongestPause);
  RETURN_IF_ERROR(primary.PauseWrites(kLongestPause, pause));
  Status done = WaitForEqualOffsets(primary, servers.front(), pause.Within(kHandoverCall));
  if (done) done = Promote(ctx, target, epoch, servers, pause);
  if (!done) {
    if (!ctx.volume.empty()) RETURN_IF_ERROR(DropHandoverNote(ctx.volume));
    (void)primary.ResumeWrites(deadline.Within(kHandoverCall));
    return done;
  }
  const Status followed = primary.ReplicaOf(ctx.addresses.at(target), pause);
  TellSentinels(ctx, target, epoch, servers, pause);
  (void)primary.CloseClients(pause);
  (void)primary.ResumeWrites(pause);
  LogInfo("switched",
          {{"to", target.ToString()}, {"epoch", epoch}, {"pausedMs", Since(began).count()}});
  if (!followed) LogWarning("the old primary", {{"err", followed.error().ToString()}});
  RETURN_IF_ERROR(TellUntilNamed(ctx, target, epoch, servers, deadline));
  WaitForOtherReplicas(ctx, servers.front(), deadline);
  return {};
}

Status TakeOverServers(const HandoverContext& ctx, MemberName target, Deadline deadline) {
  const auto epoch = AskForConsent(ctx, deadline);
  if (!epoch) {
    LogInfo("leaving the failover to the sentinels", {{"why", epoch.error().message}});
    RETURN_IF_ERROR(AskForFailover(ctx, deadline));
    return WaitUntilAnotherIsNamed(ctx, deadline);
  }
  ASSIGN_OR_RETURN(RespClient replica, ConnectTo(ctx, target, deadline));
  // The last look before the irreversible step.
  ASSIGN_OR_RETURN(const EngineInfo info, replica.Info(deadline.Within(kHandoverCall)));
  if (info.loading) return Fail(Code::kAborted, "{} is loading", target.ToString());
  std::vector<RespClient> servers = ConnectToOthers(ctx, std::move(replica), target, deadline);
  RETURN_IF_ERROR(Promote(ctx, target, *epoch, servers, deadline.Within(kHandoverCall)));
  return TellUntilNamed(ctx, target, *epoch, servers, deadline);
}

}  // namespace bowline
