// How a sentinel may start. docs/architecture.md says it in words.

#include <algorithm>

#include "plan/sentinel/cold_start.h"
#include "plan/sentinel/starts.h"

namespace bowline {
namespace {

constexpr std::uint64_t kFirstEpoch = 1;

std::uint64_t EpochOfMember(const Reports& reports, MemberName member) {
  const auto report = reports.find(member);
  return report == reports.end() ? 0 : report->second.epoch;
}

/// The choice at a cold start's word must win over that of a sentinel which remembers another
/// primary. Two that were told different things by different reports must not tell them in one
/// epoch, as nothing would settle that; so the higher ordinal's word wins. Where no other word can
/// be, in a first start, all tell the first epoch: 1, as a dataset's epoch of 0 means that it is
/// not known.
SentinelEpochs EpochsAfter(const QuorumView& quorum, const StartInput& input, MemberName primary) {
  SentinelEpochs epochs = quorum.epochs;
  epochs.config = std::max({epochs.config, EpochOfMember(input.peers, primary), kFirstEpoch});
  const bool alone = quorum.silent == 0 && (quorum.opinions == 0 || quorum.primary == primary) &&
                     Holders(input, input.layout.MembersOf(0)).empty();
  if (!alone) epochs.config += 1 + static_cast<std::uint64_t>(input.self.ordinal);
  epochs.current = std::max(epochs.current, epochs.config);
  return epochs;
}

StartPlan Resume(MemberName primary, std::string_view why, SentinelEpochs epochs) {
  return {.action = StartAction::kResume,
          .reason = std::format("{} leads ({})", primary.ToString(), why),
          .target = primary,
          .epochs = epochs};
}

/// All servers were heard and one of them runs as primary, with data: no silent sentinel can know a
/// later one. It may know a later epoch, so ours is no higher than what was heard.
std::optional<StartPlan> WatchRunning(const StartInput& input, const QuorumView& quorum) {
  const Report* primary = OnlyPrimary(input, quorum);
  if (primary == nullptr || !Silent(input, input.layout.MembersOf(0)).empty()) return std::nullopt;
  SentinelEpochs epochs = quorum.epochs;
  epochs.config = std::max(epochs.config, primary->epoch);
  epochs.current = std::max(epochs.current, epochs.config);
  return Resume(primary->member, "all servers were heard, and it alone runs as primary", epochs);
}

}  // namespace

const Report* OnlyPrimary(const StartInput& input, const QuorumView& quorum) {
  const Report* primary = nullptr;
  for (const MemberName member : input.layout.MembersOf(0)) {
    const auto report = input.peers.find(member);
    if (report == input.peers.end() || !report->second.RunsAsPrimary()) continue;
    if (primary != nullptr) return nullptr;
    primary = &report->second;
  }
  if (primary == nullptr || !primary->HasData()) return nullptr;
  if (quorum.primary && quorum.primary != primary->member) return nullptr;
  return primary;
}

StartPlan PlanSentinelStart(const StartInput& input) {
  const SentinelSnapshot own = input.volume.sentinel.value_or(SentinelSnapshot{});
  const QuorumView quorum = ViewOfSentinels(input.layout, input.peers, &own);
  if (quorum.primary && quorum.decided) {
    return Resume(*quorum.primary, "a majority of the sentinels says so", quorum.epochs);
  }
  if (quorum.primary && own.primary) {
    return Resume(*quorum.primary, "this sentinel's own memory, or a later one", quorum.epochs);
  }
  if (quorum.forgotten) {
    const ColdStart call =
        ChooseAtColdStart(input.layout, input.addresses, input.peers, input.recover_from);
    if (!call.primary) return Wait(call.reason);
    return Resume(*call.primary, call.reason, EpochsAfter(quorum, input, *call.primary));
  }
  if (auto running = WatchRunning(input, quorum)) return *running;
  return Wait(
      std::format("this sentinel has no memory of its own; {} others know who leads, {} "
                  "are silent",
                  quorum.opinions, quorum.silent));
}

}  // namespace bowline
