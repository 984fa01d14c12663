#include "plan/standalone/start.h"

namespace bowline {

StartPlan PlanStandaloneStart(const VolumeFacts& volume) {
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
