// Sentinel mode: how a server may start. docs/architecture.md has the table in words.

#include <algorithm>

#include "plan/common/dataset_order.h"
#include "plan/sentinel/cold_start.h"
#include "plan/sentinel/may_be_promoted.h"
#include "plan/sentinel/starts.h"

namespace bowline {
namespace {

/// Another server runs as primary while we are named: it has been promoted and the sentinel that
/// did it ended before it told the others, or it has been away and is about to be demoted. Only
/// one that is older than us is no reason to stay back.
const Report* LeadsInOurPlace(const StartInput& input) {
  for (const MemberName member : input.layout.MembersOf(0)) {
    const auto report = input.peers.find(member);
    if (report == input.peers.end() || !report->second.RunsAsPrimary() ||
        !report->second.HasData()) {
      continue;
    }
    if (CompareByHistory(report->second, OwnReport(input)) != History::kOlder)
      return &report->second;
  }
  return nullptr;
}

/// This member leads, unless somebody else should.
StartPlan PlanNamed(const StartInput& input, const ShardView& view) {
  StartPlan plan;
  if (const Report* other = LeadsInOurPlace(input)) {
    plan = {.action = StartAction::kHandOver,
            .reason = other->member.ToString() +
                      " runs as the primary already, and the sentinels do not know it",
            .target = other->member,
            .warning = true};
  } else if (input.volume.kind == VolumeKind::kData) {
    plan = PlanPrimaryWithData(input, view);
  } else {
    plan = PlanLostPrimary(input, view);
  }
  if (plan.action != StartAction::kHandOver || view.quorum) return plan;
  return Wait(plan.reason + "; no sentinel runs that could do it");
}

/// Another server leads.
StartPlan PlanReplica(const StartInput& input, const QuorumView& quorum, const ShardView& view,
                      std::string_view why) {
  StartPlan plan = Follow(input, view, why);
  const Report own = OwnReport(input);
  if (own.HasData() && own.epoch < quorum.epochs.config && !input.peers.contains(*view.primary)) {
    plan.keep_copy = true;
    plan.warning = true;
    plan.reason +=
        "; this dataset is of an earlier or unknown epoch and cannot be compared: a copy is kept";
  }
  plan.passive =
      !MayBePromoted(input.layout, input.peers, own, view.primary, std::chrono::milliseconds(0));
  return plan;
}

StartPlan PlanByColdStart(const StartInput& input, const QuorumView& quorum, ShardView view) {
  Reports reports = input.peers;
  reports[input.self] = OwnReport(input);
  const ColdStart call =
      ChooseAtColdStart(input.layout, input.addresses, reports, input.recover_from);
  if (!call.primary) return Wait(call.reason);
  view.primary = call.primary;
  return call.primary == input.self ? PlanNamed(input, view)
                                    : PlanReplica(input, quorum, view, call.reason);
}

/// The sentinels that were heard are too few, but a primary runs and they do not name another one:
/// whoever holds nothing that it has not loses nothing by following it.
std::optional<StartPlan> FollowRunning(const StartInput& input, const QuorumView& quorum,
                                       ShardView view) {
  const Report* primary = OnlyPrimary(input, quorum);
  if (primary == nullptr) return std::nullopt;
  const History history = CompareByHistory(*primary, OwnReport(input));
  if (history != History::kNewer && history != History::kSame) return std::nullopt;
  view.primary = primary->member;
  return PlanReplica(input, quorum, view, "it runs as the primary and has all that is here");
}

}  // namespace

StartPlan PlanServerStart(const StartInput& input) {
  const QuorumView quorum = ViewOfSentinels(input.layout, input.peers);
  ShardView view;
  view.quorum = quorum.running > 0;  // one sentinel is enough for a failover that is asked for
  view.primary = quorum.primary;
  if (quorum.decided) {
    return view.primary == input.self
               ? PlanNamed(input, view)
               : PlanReplica(input, quorum, view, "a majority of the sentinels says so");
  }
  if (quorum.forgotten) return PlanByColdStart(input, quorum, std::move(view));
  if (auto follow = FollowRunning(input, quorum, std::move(view))) return *follow;
  return Wait(
      std::format("a majority of the {} sentinels must be heard; {} of them know who leads, {} are "
                  "silent",
                  input.layout.sentinels, quorum.opinions, quorum.silent));
}

}  // namespace bowline
