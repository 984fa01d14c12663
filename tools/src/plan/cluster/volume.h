#pragma once
// Cluster mode: what a member's volume is, by its nodes.conf.

#include "plan/common/volume.h"

namespace bowline {

/// The rest of JudgeVolume (plan/common/volume.h).
VolumeFacts JudgeClusterFiles(VolumeFacts facts, const VolumeFiles& files, MemberName self);

}  // namespace bowline
