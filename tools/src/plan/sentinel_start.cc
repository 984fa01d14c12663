#include "plan/sentinel_start.h"

#include <algorithm>

#include "plan/quorum_view.h"
#include "plan/start_parts.h"

namespace bowline {
namespace {

/// The roll-call's word must win over that of a sentinel which remembers an older primary, and all
/// that decide by the same cards must tell the same epoch. In a first start that is 0.
SentinelEpochs EpochsAfter(SentinelEpochs heard, const Cards& cards, MemberName primary) {
  const auto card = cards.find(primary);
  const std::uint64_t term = card == cards.end() ? 0 : card->second.term;
  heard.config = std::max(heard.config, term);
  if (heard.config > 0) ++heard.config;
  heard.current = std::max(heard.current, heard.config);
  return heard;
}

}  // namespace

SentinelPlan PlanSentinelStart(const StartInput& input) {
  // Volumes of two installations, and where to learn the installation's id: as for everybody.
  if (const auto first = PlanInstallation(input)) {
    return {.action = first->action, .reason = first->reason, .installation = first->installation};
  }
  const SentinelSnapshot own = input.volume.sentinel.value_or(SentinelSnapshot{});
  const QuorumView quorum = ViewOfSentinels(input.layout, input.peers, &own);
  if (quorum.primary && (own.HasOpinion() || quorum.decided)) {
    return {.action = StartAction::kResume,
            .reason = std::format("{} leads ({})", quorum.primary->ToString(),
                                  quorum.decided ? "a majority of the sentinels says so"
                                                 : "this sentinel's own memory"),
            .primary = quorum.primary,
            .epochs = quorum.epochs};
  }
  if (!quorum.forgotten) {
    return {.action = StartAction::kWait,
            .reason = std::format("this sentinel has no memory of its own; {} others know who "
                                  "leads, {} are silent",
                                  quorum.opinions, quorum.silent)};
  }
  const RollCall call = CallRoll(input.layout, input.addresses, input.peers, input.recover_from);
  if (!call.primary) return {.action = StartAction::kWait, .reason = call.reason};
  return {.action = StartAction::kResume,
          .reason = std::format("{} leads ({})", call.primary->ToString(), call.reason),
          .primary = call.primary,
          .epochs = EpochsAfter(quorum.epochs, input.peers, *call.primary)};
}

}  // namespace bowline
