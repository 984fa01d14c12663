#include "apply/sentinel/set_watch.h"

#include <algorithm>
#include <iterator>

#include "apply/common/counting.h"
#include "apply/common/kept_dataset.h"
#include "apply/sentinel/failover.h"
#include "base/timing.h"
#include "plan/common/pause.h"
#include "plan/sentinel/quorum_view.h"
#include "plan/sentinel/running_sentinels.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr Milliseconds kReportsTimeout{500};
constexpr Milliseconds kCallTimeout{1000};
constexpr Milliseconds kReplaceTimeout{5000};

}  // namespace

void SetWatch::Look(const Report& report) {
  const EngineInfo& info = report.engine.info;
  std::string in = std::format("{} {} {} {}", info.primary, info.primary_host, info.link_up,
                               info.replicas.size());
  if (!in_order_ || in != in_order_with_ || Since(looked_) >= kQuietLook) {
    in_order_with_ = std::move(in);
    looked_ = std::chrono::steady_clock::now();
    const bool in_order = AskOthers(report);
    in_order_ = Heal(report) && in_order;
  }
}

void SetWatch::LookUp(const Report& report) {
  const Layout layout = server_.settings->layout;
  std::vector<MemberName> trouble = LookedUpFor(layout, report.engine.info, server_.addresses);
  std::ranges::copy(Silent(reports_, layout.Members()), std::back_inserter(trouble));
  std::erase(trouble, server_.self);
  (void)server_.LookUp(trouble);
}

bool SetWatch::AskOthers(const Report& report) {
  reports_ = server_.peers.Gather(server_.addresses, Deadline::In(kReportsTimeout));
  Reports sentinels;
  for (const auto& [member, peer] : reports_) {
    if (!member.HoldsData()) sentinels[member] = peer;
  }
  const QuorumView quorum = ViewOfSentinels(server_.settings->layout, sentinels);
  const EngineInfo& info = report.engine.info;
  const bool ours = HoldsNamedDataset(quorum, server_.self, info, server_.addresses);
  if (ours) server_.epoch = quorum.epochs.config;
  if (HearsMajority(server_.settings->layout, sentinels)) {
    server_.majority_heard = std::chrono::steady_clock::now();
  }
  if (!ours || !info.primary) {
    server_.confirmed.reset();
  } else if (!server_.confirmed) {
    server_.confirmed = std::chrono::steady_clock::now();
  }
  cut_handover_.Look(ours && info.primary && !server_.handovers.Running(), server_.epoch);
  const std::uint64_t epoch = AskSentinels(server_.settings->layout, sentinels).epoch;
  server_.live.SetSentinels(std::move(sentinels), server_.epoch, epoch);
  const bool followed =
      !info.primary || std::ssize(info.replicas) == server_.settings->layout.replicas_per_shard;
  return ours && followed && !server_.passive &&
         std::ssize(reports_) + 1 == std::ssize(server_.settings->layout.Members());
}

bool SetWatch::Heal(const Report& report) {
  ServerHealPlan plan = PlanServerHeal({.layout = server_.settings->layout,
                                        .own = report,
                                        .announced = server_.announced,
                                        .addresses = server_.addresses,
                                        .peers = reports_,
                                        .held_back = server_.passive,
                                        .lived = Since(server_.began),
                                        .changed = server_.Changed()});
  if (server_.live.Paused()) {
    // What a start has left to do is no repair: a member that is in sync may be promoted again.
    plan.announce.reset();
    plan.follow.reset();
    plan.replace.reset();
  }
  // Reports of a switch that is on its way may differ by their age: whom to follow must be said
  // twice.
  const bool told_twice = plan.follow && plan.follow == to_follow_;
  to_follow_ = plan.follow;
  if (plan.Empty()) return true;
  if (plan.follow && !told_twice) return false;
  if (plan.announce || plan.follow || plan.replace) {
    server_.events.Emit("Repair", std::format("{}{}", plan.reason, kPauseStops));
  }
  const Status repaired = Repair(plan);
  if (!repaired) LogWarning("repair failed", {{"err", repaired.error().ToString()}});
  return false;
}

Status SetWatch::Repair(const ServerHealPlan& plan) {
  if (plan.follow && server_.live.Last().engine.info.primary) {
    // What it has taken since the others have another primary is lost with the next full copy.
    const auto kept =
        KeepDatasetAndTell(server_.settings.paths().data, plan.reason, server_.events, true);
    if (!kept) LogWarning("no copy of the dataset", {{"err", kept.error().ToString()}});
  }
  const Deadline deadline = Deadline::In(kCallTimeout);
  ASSIGN_OR_RETURN(RespClient client, server_.Connect(deadline));
  if (plan.announce) {
    RETURN_IF_ERROR(client.AnnounceReplica(plan.announce->ip, deadline));
    server_.announced = *plan.announce;
  }
  if (plan.follow) {
    const auto users =
        UsersOfClients(*server_.settings.Get(), server_.state.identity, client, kCallTimeout);
    RETURN_IF_ERROR(client.StepBack(server_.addresses.at(*plan.follow), users, deadline));
    RETURN_IF_ERROR(client.ResumeWrites(deadline));  // a handover that was cut off has paused them
  }
  if (plan.release) {
    if (!server_.stale) RETURN_IF_ERROR(client.ConfigSet("replica-priority", "100", deadline));
    server_.passive = false;
  }
  return plan.replace ? Replace(*plan.replace) : Status();
}

Status SetWatch::Replace(MemberName primary) {
  const auto began = std::chrono::steady_clock::now();
  Status replaced = ReplaceDead(server_.From(primary), Deadline::In(kReplaceTimeout));
  CountHandover(kForRepair, replaced.has_value(), began);
  return replaced;
}

Status SetWatch::AllowPromotion(bool allowed) {
  if (allowed && server_.passive) return {};
  const Deadline deadline = Deadline::In(kCallTimeout);
  ASSIGN_OR_RETURN(RespClient client, server_.Connect(deadline));
  return client.ConfigSet("replica-priority", allowed ? "100" : "0", deadline);
}

}  // namespace bowline
