// The monitor's part in who leads: a replica that has missed writes, a primary that cannot write.

#include "apply/common/counting.h"
#include "apply/common/handover.h"
#include "apply/common/monitor.h"
#include "base/timing.h"
#include "plan/common/pause.h"
#include "plan/common/unwritable.h"
#include "sys/log.h"

namespace bowline {
namespace {

// Of a replica that has missed writes: between two Events of what it waits for, and two tries.
constexpr Milliseconds kTellStaleAgain{60'000};
constexpr Milliseconds kUnwritableTimeout{10'000};
constexpr Milliseconds kReportsTimeout{500};

}  // namespace

void Monitor::HandOverIfUnwritable(const Report& report) {
  UnwritableInput input{.layout = settings_->layout,
                        .own = report,
                        .peers = {},
                        .refusing = live_.ForProbes().refusing,
                        .since_last = std::nullopt};
  if (unwritable_) input.since_last = Since(*unwritable_);
  if (!Unwritable(input) || live_.Paused()) return;
  input.peers = server_.peers.GatherOf(server_.addresses, settings_->layout.MembersOf(self_.shard),
                                       Deadline::In(kReportsTimeout));
  const UnwritablePlan plan = PlanUnwritable(input);
  if (!plan.target) {
    if (plan.reason != told_unwritable_) events_.Emit("NoHandover", plan.reason, true);
    told_unwritable_ = plan.reason;
    return;
  }
  unwritable_ = std::chrono::steady_clock::now();
  const HandoverEnd end = handovers_.Run({.id = "",
                                          .by = "this primary, whose volume takes no writes",
                                          .target = plan.target->ToString()},
                                         Deadline::In(kUnwritableTimeout));
  if (end.result != HandoverResult::kDone) return;  // told by the handover
  role_changes_.Count();
  events_.Emit("HandedOver", std::format("{}: it leads now{}", plan.reason, kPauseStops), true);
}

void Monitor::LookAtLink(const Report& report) {
  const EngineInfo& info = report.engine.info;
  const bool suspicious =
      !info.primary && !info.link_up && info.link_down_seconds > kLinkDownSeconds;
  if (!server_.stale && !suspicious) return;
  const auto follows = MemberAt(server_.addresses, info.primary_host);
  const HoldBackPlan plan = hold_back_.Look(
      {.layout = settings_->layout,
       .own = report,
       .follows = follows,
       .peers = server_.peers.GatherOf(server_.addresses, settings_->layout.OthersOf(self_),
                                       Deadline::In(kReportsTimeout)),
       .now = Since({}),
       .stale_after = std::chrono::seconds(settings_->stale_after_seconds)});
  live_.SetMissed(hold_back_.missed_seconds());
  if (plan.held != server_.stale) {
    const Status set = mode_->AllowPromotion(!plan.held);
    if (!set) {
      LogWarning("cannot change whether an election may choose this replica",
                 {{"err", set.error().ToString()}});
    } else {
      server_.stale = plan.held;
      if (plan.held) CountRefusedPromotion(kMissedWrites);
      events_.Emit(server_.stale ? "PromotionBlocked" : "PromotionAllowed", plan.reason,
                   server_.stale);
    }
  }
  if (plan.waits &&
      (plan.waits != told_stale_ || !told_stale_at_ || Since(*told_stale_at_) > kTellStaleAgain)) {
    told_stale_ = plan.waits;
    told_stale_at_ = std::chrono::steady_clock::now();
    events_.Emit("StaleReplicaWaiting", *plan.waits, true);
  }
  if (plan.take_over && follows && !live_.Paused()) LeadStale(*follows, plan.reason);
}

void Monitor::LeadStale(MemberName primary, const std::string& reason) {
  if (led_stale_at_ && Since(*led_stale_at_) < kStaleAgain) return;
  led_stale_at_ = std::chrono::steady_clock::now();
  events_.Emit("LossAccepted", std::format("{}{}", reason, kPauseStops), true);
  const Status led = TakeOverDead(server_.From(primary), {.member = self_, .accept_loss = true},
                                  Deadline::In(kStaleTakeOver));
  CountHandover(kForStale, led.has_value(), *led_stale_at_);
  if (!led) LogWarning("the take-over failed", {{"err", led.error().ToString()}});
}

}  // namespace bowline
