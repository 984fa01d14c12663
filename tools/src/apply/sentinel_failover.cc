#include "apply/sentinel_failover.h"

#include <algorithm>
#include <optional>

#include "apply/handover_parts.h"
#include "sys/log.h"

namespace bowline {
namespace {

// A call in this window of the age of the replica's last INFO is answered soonest: the promotion,
// which takes up to 250 ms, is done when the next INFO goes out, 1000 ms after the last one
// (facts/sentinel-phase.md). The pause and the look at the offsets come before the call.
constexpr Milliseconds kBestAge{600};
constexpr Milliseconds kLatestAge{660};
constexpr Milliseconds kInfoPeriod{1000};
// How long the writes wait at most. It ends by itself should we die, and it must be well below the
// time after which sentinels take the paused primary for dead (facts/sentinel.md 2).
constexpr Milliseconds kLongestPause{2000};
constexpr Milliseconds kRetry{300};
constexpr Milliseconds kUsualPromotion{1500};
constexpr int kPreferred = 50;  // replica-priority: the lowest one is promoted first
constexpr int kUsual = 100;
constexpr Milliseconds kPreferencePatience{2500};
constexpr Milliseconds kReplicasPatience{3000};

/// A sentinel that can be asked, and what it sees.
struct Asked {
  MemberName member;
  RespClient client;
  std::vector<SentinelPeer> replicas;
};

Result<Asked> Ask(const HandoverContext& ctx, MemberName sentinel, Deadline deadline) {
  const auto address = ctx.addresses.find(sentinel);
  if (address == ctx.addresses.end()) {
    return Fail(Code::kUnavailable, "{} has no known address", sentinel.ToString());
  }
  const Deadline soon = deadline.Within(kHandoverCall);
  ASSIGN_OR_RETURN(RespClient client,
                   RespClient::Connect(address->second.ip, address->second.port,
                                       SentinelLoginOf(ctx.settings, ctx.secrets), soon));
  const std::string& name = ctx.settings.sentinel.master_name;
  SentinelSnapshot view;
  ASSIGN_OR_RETURN(const SentinelFields master, client.SentinelMaster(name, soon));
  RETURN_IF_ERROR(ReadSentinelMaster(master, view));
  if (MemberAt(ctx.addresses, view.primary_ip) != ctx.self) {
    return Fail(Code::kAborted, "{} names {} as the primary", sentinel.ToString(), view.primary_ip);
  }
  if (view.failing_over) {
    return Fail(Code::kAborted, "{} leads a failover already", sentinel.ToString());
  }
  ASSIGN_OR_RETURN(const auto entries, client.SentinelReplicas(name, soon));
  Asked asked{.member = sentinel, .client = std::move(client), .replicas = {}};
  for (const SentinelFields& fields : entries) {
    ASSIGN_OR_RETURN(SentinelPeer peer, ReadSentinelPeer(fields));
    asked.replicas.push_back(std::move(peer));
  }
  return asked;
}

/// All sentinels that answer and name `ctx.self`; the reasons of the others.
std::vector<Asked> AskAll(const HandoverContext& ctx, Deadline deadline, std::string& failures) {
  std::vector<Asked> all;
  for (const MemberName sentinel : ctx.settings.layout.Sentinels()) {
    auto asked = Ask(ctx, sentinel, deadline);
    if (asked) {
      all.push_back(*std::move(asked));
    } else {
      failures += (failures.empty() ? "" : "; ") + asked.error().message;
    }
  }
  return all;
}

std::unexpected<Error> NobodyToAsk(const std::string& failures) {
  return Fail(Code::kUnavailable, "no sentinel can be asked for a failover: {}", failures);
}

const SentinelPeer* Find(const Asked& asked, const std::string& ip) {
  const auto found = std::ranges::find(asked.replicas, ip, &SentinelPeer::ip);
  return found == asked.replicas.end() ? nullptr : &*found;
}

/// Until the window of a replica whose last INFO is so old.
Milliseconds UntilWindow(std::int64_t age) {
  const Milliseconds old{age};
  if (old <= kLatestAge) return std::max(Milliseconds(0), kBestAge - old);
  return kBestAge + std::max(Milliseconds(0), kInfoPeriod - old);
}

/// The sentinel whose window comes first, after having waited for it. A sentinel that does not yet
/// know that `target` is preferred is asked again.
Result<Asked> AwaitWindow(const HandoverContext& ctx, MemberName target, Deadline deadline) {
  const std::string& ip = ctx.addresses.at(target).ip;
  const Deadline patience = deadline.Within(kPreferencePatience);
  while (true) {
    std::string failures;
    std::vector<Asked> all = AskAll(ctx, deadline, failures);
    const auto wait = [&](const Asked& asked) {
      const SentinelPeer* peer = Find(asked, ip);
      if (peer == nullptr || peer->down || peer->info_age_milliseconds < 0)
        return Milliseconds::max();
      if (peer->priority != kPreferred && !patience.Passed()) return Milliseconds::max();
      return UntilWindow(peer->info_age_milliseconds);
    };
    const auto best = std::ranges::min_element(all, {}, wait);
    if (best != all.end() && wait(*best) != Milliseconds::max()) {
      (void)deadline.Sleep(wait(*best));
      return std::move(*best);
    }
    if (patience.Passed()) {
      if (failures.empty()) failures = "none sees " + target.ToString() + " as a fit replica";
      return NobodyToAsk(failures);
    }
    (void)deadline.Sleep(Milliseconds(50));
  }
}

/// The server other than `ctx.self` that says of itself that it leads.
std::optional<MemberName> Promoted(const HandoverContext& ctx, Deadline deadline) {
  for (const MemberName member : ctx.settings.layout.MembersOf(0)) {
    if (member == ctx.self) continue;
    if (IsPrimary(ctx, member, deadline.Within(kHandoverCall)).value_or(false)) return member;
  }
  return std::nullopt;
}

Result<MemberName> WaitForPromotion(const HandoverContext& ctx, Deadline deadline) {
  while (true) {
    if (const auto member = Promoted(ctx, deadline)) return *member;
    if (!deadline.Sleep(kHandoverPoll)) {
      return Fail(Code::kDeadlineExceeded, "no replica became primary");
    }
  }
}

/// While the writes wait: the failover itself.
Result<MemberName> FailOverPaused(const HandoverContext& ctx, RespClient& primary,
                                  RespClient& replica, Asked& sentinel, Deadline deadline) {
  const Deadline pause = deadline.Within(kLongestPause);
  RETURN_IF_ERROR(primary.PauseWrites(kLongestPause, pause));
  RETURN_IF_ERROR(WaitForEqualOffsets(primary, replica, pause.Within(kHandoverCall)));
  RETURN_IF_ERROR(sentinel.client.SentinelFailover(ctx.settings.sentinel.master_name, pause));
  auto promoted = WaitForPromotion(ctx, deadline.Within(kUsualPromotion));
  if (promoted) return promoted;
  // It has begun and may still come: writes that went on now would be lost with the old primary.
  RETURN_IF_ERROR(primary.PauseWrites(kLongestPause, deadline));
  return WaitForPromotion(ctx, deadline.Within(kLongestPause));
}

/// min-replicas-to-write counts replicas: before the old primary stops, another one must follow the
/// new one. Gives up silently: the writes are safe either way.
void WaitForOtherReplicas(const HandoverContext& ctx, MemberName leader, Deadline deadline) {
  const Deadline patience = deadline.Within(kReplicasPatience);
  if (ctx.settings.layout.replicas_per_shard < 2) return;
  const std::string& own = ctx.addresses.at(ctx.self).ip;
  while (!patience.Passed()) {
    auto client = ConnectTo(ctx, leader, patience);
    const auto info = client ? client->Info(patience) : std::unexpected(client.error());
    const bool enough = info && std::ranges::any_of(info->replicas, [&](const ReplicaEntry& entry) {
                          return entry.ip != own && entry.state == "online";
                        });
    if (enough) return;
    (void)patience.Sleep(Milliseconds(50));
  }
}

Status Prefer(const HandoverContext& ctx, MemberName target, int priority, Deadline deadline) {
  ASSIGN_OR_RETURN(RespClient client, ConnectTo(ctx, target, deadline));
  return client.ConfigSet("replica-priority", std::to_string(priority),
                          deadline.Within(kHandoverCall));
}

}  // namespace

Status SwitchBySentinel(const HandoverContext& ctx, MemberName target, Deadline deadline) {
  RETURN_IF_ERROR(Prefer(ctx, target, kPreferred, deadline));
  // Nothing but the failover itself happens while the writes wait.
  ASSIGN_OR_RETURN(RespClient primary, ConnectTo(ctx, ctx.self, deadline));
  ASSIGN_OR_RETURN(RespClient replica, ConnectTo(ctx, target, deadline));
  auto sentinel = AwaitWindow(ctx, target, deadline);
  if (!sentinel) return std::unexpected(sentinel.error());
  const auto began = std::chrono::steady_clock::now();
  const auto promoted = FailOverPaused(ctx, primary, replica, *sentinel, deadline);
  LogInfo("asked for a failover",
          {{"sentinel", sentinel->member.ToString()}, {"promotedMs", Since(began).count()}});
  const Deadline soon = deadline.Within(kHandoverCall);
  Status followed = {};
  if (promoted) followed = primary.ReplicaOf(ctx.addresses.at(*promoted), soon);
  if (promoted && followed) (void)primary.CloseClients(soon);
  const Status resumed = primary.ResumeWrites(soon);
  (void)Prefer(ctx, target, kUsual, soon);
  if (!promoted) return std::unexpected(promoted.error());
  RETURN_IF_ERROR(followed);
  RETURN_IF_ERROR(resumed);
  if (*promoted != target) {
    LogWarning("the sentinel chose another replica", {{"leads", promoted->ToString()}});
    return Fail(Code::kAborted, "{} leads instead of {}", promoted->ToString(), target.ToString());
  }
  WaitForOtherReplicas(ctx, target, deadline);
  return {};
}

Status TakeOverBySentinel(const HandoverContext& ctx, Deadline deadline) {
  std::string failures;
  bool asked = false;
  while (true) {
    const Cards cards = LookAtAll(ctx, deadline);
    for (const MemberName member : ctx.settings.layout.MembersOf(0)) {
      if (member != ctx.self && Confirmed(ctx, cards, member)) return {};
    }
    failures.clear();
    std::vector<Asked> all = asked ? std::vector<Asked>() : AskAll(ctx, deadline, failures);
    // The one whose view of a replica is oldest, yet not too old, has its next look soonest.
    const auto age = [](const Asked& sentinel) {
      std::int64_t best = -1;
      for (const SentinelPeer& peer : sentinel.replicas) {
        if (!peer.down && peer.info_age_milliseconds <= kLatestAge.count()) {
          best = std::max(best, peer.info_age_milliseconds);
        }
      }
      return best;
    };
    const auto best = std::ranges::max_element(all, {}, age);
    if (best != all.end()) {
      const Status begun = best->client.SentinelFailover(ctx.settings.sentinel.master_name,
                                                         deadline.Within(kHandoverCall));
      asked = begun || begun.error().code == Code::kAborted;
      if (asked) LogInfo("asked for a failover", {{"sentinel", best->member.ToString()}});
      if (!begun) failures = begun.error().message;
    }
    if (!deadline.Sleep(asked ? Milliseconds(50) : kRetry)) {
      if (asked) return Fail(Code::kDeadlineExceeded, "the sentinels name no other server yet");
      return NobodyToAsk(failures);
    }
  }
}

}  // namespace bowline
