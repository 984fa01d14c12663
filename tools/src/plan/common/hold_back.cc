#include "plan/common/hold_back.h"

#include <format>

#include "plan/common/dataset_order.h"

namespace bowline {
namespace {

/// One after the other, should several have waited as long.
std::chrono::milliseconds TurnOf(MemberName member) {
  return std::chrono::milliseconds(2000) * member.ordinal;
}

/// The primary runs, or its container is up with its dataset on the way.
bool CanComeBack(const Report& report) {
  if (report.volume == VolumeKind::kRefused) return false;
  if (report.phase == Phase::kGuard) return report.volume == VolumeKind::kData;
  return report.phase == Phase::kRunning && (!report.engine.answers || report.engine.info.primary);
}

bool AnyPrimary(const Reports& peers) {
  for (const auto& [member, report] : peers) {
    if (report.RunsAsPrimary()) return true;
  }
  return false;
}

/// Of those that are heard and can take over, nobody's dataset is newer.
bool IsNewest(const HoldBackLook& look) {
  for (const auto& [member, report] : look.peers) {
    if (!report.RunsAsReplica()) continue;
    const History history = CompareByHistory(report, look.own);
    if (history == History::kNewer) return false;
    if (history == History::kOlder) continue;
    if (report.engine.info.link_up || report.missed_seconds < look.own.missed_seconds) return false;
  }
  return true;
}

}  // namespace

HoldBackPlan HoldBack::Look(const HoldBackLook& look) {
  HoldBackPlan plan{.held = missed_seconds_ > 0, .reason = "", .waits = std::nullopt};
  const EngineInfo& info = look.own.engine.info;
  if (!look.own.engine.answers || info.loading) return plan;
  if (info.primary || (info.link_up && !info.sync_in_progress)) {
    if (plan.held) plan.reason = info.primary ? "it leads" : "it is in sync again";
    plan.held = false;
    missed_seconds_ = 0;
    return plan;
  }
  const auto primary = look.follows ? look.peers.find(*look.follows) : look.peers.end();
  const bool runs = primary != look.peers.end() && primary->second.RunsAsPrimary();
  if (runs && info.link_down_seconds > kLinkDownSeconds) {
    if (!plan.held) {
      plan.reason = std::format("its link to {} has been down for {} s while that one runs",
                                look.follows->ToString(), info.link_down_seconds);
    }
    plan.held = true;
    missed_seconds_ = info.link_down_seconds;
  }
  if (!plan.held) return plan;
  const bool coming = primary != look.peers.end() && CanComeBack(primary->second);
  if (coming || AnyPrimary(look.peers)) {
    primary_seen_ = look.now;
    return plan;
  }
  const std::string remedy = "to let it lead at once: bowline failover --accept-loss";
  const std::string missed = std::format("this replica has missed {} s of writes", missed_seconds_);
  if (look.stale_after.count() < 0) {
    plan.waits = missed + " and its primary is gone; failover.staleAfterSeconds is -1; " + remedy;
    return plan;
  }
  if (look.now - primary_seen_ < look.stale_after + TurnOf(look.own.member) || !IsNewest(look)) {
    plan.waits =
        std::format("{} and its primary is gone; the newest dataset leads {} s after that; {}",
                    missed, look.stale_after.count(), remedy);
    return plan;
  }
  plan.take_over = true;
  plan.reason = std::format(
      "{}; its primary has been gone for {} s and nobody that is heard holds a "
      "newer dataset: it leads, these writes are lost",
      missed, look.stale_after.count());
  return plan;
}

}  // namespace bowline
