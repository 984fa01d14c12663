#include "plan/cluster/volume.h"

#include <format>
#include <utility>

namespace bowline {
namespace {

/// nodes.conf is there: parsed, complete and ours?
VolumeFacts JudgeNodesConf(VolumeFacts facts, const VolumeFiles& files, MemberName self) {
  auto conf = ParseNodesConf(*files.nodes_conf);
  if (!conf) return RefuseVolume(std::move(facts), "nodes.conf: " + conf.error().message);
  SettleCycles(*conf);
  const Status sound = CheckNodesConf(*conf, false);
  if (!sound) return RefuseVolume(std::move(facts), "nodes.conf: " + sound.error().message);
  const NodeId expected = facts.state.identity.NodeIdOf(self);
  if (conf->Myself()->id != expected) {
    return RefuseVolume(
        std::move(facts),
        std::format("nodes.conf is of node {}, this member is node {}: the file comes from "
                    "another release or member",
                    conf->Myself()->id.str(), expected.str()));
  }
  facts.conf = *std::move(conf);
  facts.kind = KindOfDataset(files, facts.state.held);
  return facts;
}

}  // namespace

VolumeFacts JudgeClusterFiles(VolumeFacts facts, const VolumeFiles& files, MemberName self) {
  if (files.nodes_conf && !files.state) {
    return RefuseVolume(
        std::move(facts),
        "nodes.conf is there but bowline-state.json is not: this volume was not written by "
        "this program, or a part of it was lost; restore both files, or mount an empty volume "
        "to come back as a replica");
  }
  if (files.nodes_conf) return JudgeNodesConf(std::move(facts), files, self);
  if (files.dataset.bytes > 0) {
    return RefuseVolume(
        std::move(facts),
        std::format("a dataset of {} bytes is there, but no nodes.conf: restore nodes.conf, "
                    "or move the dataset away to start as an empty replica",
                    files.dataset.bytes));
  }
  facts.kind = VolumeKind::kFresh;
  return facts;
}

}  // namespace bowline
