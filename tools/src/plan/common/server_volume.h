#pragma once
// Without nodes.conf (all modes but cluster): what a server's volume is.

#include "plan/common/volume.h"

namespace bowline {

/// The rest of JudgeVolume, when the dataset and the state file are all there is.
VolumeFacts JudgeServerFiles(VolumeFacts facts, const VolumeFiles& files);

}  // namespace bowline
