#include "apply/cluster/shard_watch.h"

#include "plan/cluster/cluster_view.h"
#include "plan/common/pause.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr Milliseconds kCardsTimeout{500};
constexpr Milliseconds kCallTimeout{1000};

}  // namespace

void ShardWatch::Hear(const Card& card) {
  if (HearsMajority(card.engine.view)) server_.majority_heard = std::chrono::steady_clock::now();
}

void ShardWatch::Look(const Card& card) {
  AskPrimaries(card);
  Heal(card);
}

void ShardWatch::AskPrimaries(const Card& card) {
  if (!card.engine.info.primary || server_.confirmed || !HearsMajority(card.engine.view)) return;
  Cards cards = server_.peers.Gather(server_.addresses, Deadline::In(kCardsTimeout));
  cards[server_.self] = card;
  if (!SecureInLead(server_.settings.layout, server_.state.identity, cards, server_.self)) return;
  server_.confirmed = std::chrono::steady_clock::now();
}

void ShardWatch::Heal(const Card& card) {
  HealInput input{.layout = server_.settings.layout,
                  .identity = server_.state.identity,
                  .self = server_.self,
                  .engine = card.engine,
                  .announced = server_.announced,
                  .addresses = server_.addresses};
  input.addresses = server_.LookUp(Unreachable(input));
  if (input.addresses.empty()) return;  // only what DNS says now is repaired by
  const HealPlan plan = PlanHeal(input);
  if (plan.Empty() || server_.board.Paused()) return;
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

Status ShardWatch::SetPromotable(bool promotable) {
  const Deadline deadline = Deadline::In(kCallTimeout);
  ASSIGN_OR_RETURN(RespClient client, server_.Connect(deadline));
  return client.ConfigSet("cluster-replica-no-failover", promotable ? "no" : "yes", deadline);
}

}  // namespace bowline
