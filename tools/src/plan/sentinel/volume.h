#pragma once
// Sentinel mode: what the volume of a sentinel is.

#include "plan/common/volume.h"

namespace bowline {

/// The rest of JudgeVolume (plan/common/volume.h), for a sentinel: its volume holds no data, only a
/// memory that the other sentinels have, too.
VolumeFacts JudgeSentinelFiles(VolumeFacts facts, const VolumeFiles& files, MemberName self);

}  // namespace bowline
