#include "plan/common/server_volume.h"

#include <format>
#include <utility>

namespace bowline {

VolumeFacts JudgeServerFiles(VolumeFacts facts, const VolumeFiles& files) {
  if (files.nodes_conf) {
    return RefuseVolume(
        std::move(facts),
        "nodes.conf is there: this volume was of a Redis Cluster; mount an empty volume, "
        "or install with mode=cluster");
  }
  if (files.dataset.bytes > 0 && !files.state) {
    return RefuseVolume(
        std::move(facts),
        std::format("a dataset of {} bytes is there, but no bowline-state.json: this "
                    "volume was not written by this program; move the dataset away to "
                    "start as an empty replica",
                    files.dataset.bytes));
  }
  const VolumeKind kind = KindOfDataset(files, facts.state.held);
  facts.kind = kind == VolumeKind::kSeeded ? VolumeKind::kFresh : kind;
  return facts;
}

}  // namespace bowline
