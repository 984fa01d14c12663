#include "plan/standalone/start.h"

#include <format>

namespace bowline {

StartPlan PlanStandaloneStart(const StartInput& input) {
  const VolumeFacts& volume = input.volume;
  const auto& note = volume.handover;
  if (note && note->epoch > volume.Epoch() && input.waited < kHandoverPatience) {
    return {.action = StartAction::kWait,
            .reason = std::format("by its volume {} leads (epoch {}): waiting for the settings of "
                                  "the set, for {} s",
                                  note->to.ToString(), note->epoch,
                                  kHandoverPatience / std::chrono::seconds(1))};
  }
  if (volume.kind == VolumeKind::kData) {
    return {.action = StartAction::kResume, .reason = "the only server, with its data"};
  }
  if (volume.kind == VolumeKind::kEmptied) {
    return {
        .action = StartAction::kResume,
        .reason = "the only server; it has held data, and none is on its volume: starting empty",
        .warning = true};
  }
  return {.action = StartAction::kResume, .reason = "the only server; its volume never held data"};
}

}  // namespace bowline
