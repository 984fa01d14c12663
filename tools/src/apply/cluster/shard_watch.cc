#include "apply/cluster/shard_watch.h"

#include <algorithm>

#include "plan/cluster/cluster_view.h"
#include "plan/common/pause.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr Milliseconds kReportsTimeout{500};
constexpr Milliseconds kShardLook{3000};
constexpr Milliseconds kCallTimeout{1000};

}  // namespace

void ShardWatch::Hear(const Report& report) {
  if (HearsMajority(report.engine.view)) server_.majority_heard = std::chrono::steady_clock::now();
}

void ShardWatch::AskPrimaries(const Report& report) {
  if (!report.engine.info.primary || server_.confirmed || !HearsMajority(report.engine.view))
    return;
  Reports reports = server_.peers.Gather(server_.addresses, Deadline::In(kReportsTimeout));
  reports[server_.self] = report;
  if (!SecureInLead(server_.settings->layout, server_.state.identity, reports, server_.self))
    return;
  server_.confirmed = std::chrono::steady_clock::now();
}

void ShardWatch::TellNames(const Report& report) {
  if (server_.settings->tls.mode != TlsMode::kOffer || !report.engine.view.Readable()) return;
  const bool named = AllNamed(report.engine.view);
  if (named == names_) return;
  const Deadline deadline = Deadline::In(kCallTimeout);
  auto client = server_.Connect(deadline);
  if (client && client->ConfigSet(kEndpointType, named ? "hostname" : "ip", deadline)) {
    LogInfo("what clients are told of members", {{"endpoints", named ? "names" : "addresses"}});
    names_ = named;
  }
}

std::vector<MemberName> ShardWatch::Trouble(const HealInput& input) {
  if (!heard_shard_ || Since(*heard_shard_) >= kShardLook) {
    heard_shard_ = ServerWatch::Clock::now();
    const std::vector<MemberName> others = server_.settings->layout.OthersOf(server_.self);
    silent_ = Silent(server_.peers.GatherOf(server_.addresses, others,
                                            Deadline::In(kReportsTimeout), PeerViews::kUnread),
                     others);
  }
  std::vector<MemberName> trouble = Unreachable(input);
  for (const MemberName member : silent_) {
    if (!std::ranges::contains(trouble, member)) trouble.push_back(member);
  }
  return trouble;
}

void ShardWatch::LookUp(const Report& report) {
  HealInput input{.layout = server_.settings->layout,
                  .identity = server_.state.identity,
                  .self = server_.self,
                  .engine = report.engine,
                  .announced = server_.announced,
                  .addresses = server_.addresses};
  input.addresses = server_.LookUp(Trouble(input));
  if (input.addresses.empty()) return;  // only what DNS says now is repaired by
  const HealPlan plan = PlanHeal(input);
  if (plan.Empty() || server_.live.Paused()) return;
  server_.events.Emit("AddressRepair", std::format("{}{}", plan.reason, kPauseStops));
  const Status repaired = Repair(plan);
  if (!repaired) LogWarning("repair failed", {{"err", repaired.error().ToString()}});
}

Status ShardWatch::Repair(const HealPlan& plan) {
  const Deadline deadline = Deadline::In(kCallTimeout);
  ASSIGN_OR_RETURN(RespClient client, server_.Connect(deadline));
  if (plan.announce) {
    RETURN_IF_ERROR(client.ConfigSet("cluster-announce-ip", plan.announce->ip, deadline));
    RETURN_IF_ERROR(client.AnnounceReplica(plan.announce->ip, deadline));
    server_.announced = *plan.announce;
  }
  for (const Endpoint& endpoint : plan.meet) {
    RETURN_IF_ERROR(client.ClusterMeet(endpoint, deadline));
  }
  if (plan.replicate) RETURN_IF_ERROR(client.ClusterReplicate(*plan.replicate, deadline));
  return {};
}

Status ShardWatch::AllowPromotion(bool allowed) {
  const Deadline deadline = Deadline::In(kCallTimeout);
  ASSIGN_OR_RETURN(RespClient client, server_.Connect(deadline));
  return client.ConfigSet("cluster-replica-no-failover", allowed ? "no" : "yes", deadline);
}

}  // namespace bowline
