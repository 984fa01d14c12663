#include "plan/common/declared_volume.h"

#include <format>
#include <set>

namespace bowline {
namespace {

// Of any declaration that the chart lets pass (cluster.shards, cluster.replicasPerShard).
constexpr int kMostShards = 500;
constexpr int kMostMembers = 6;

/// How to go on all the same.
constexpr const char* kOverride =
    "; to go on all the same, take this entry out of bowline-state.json on the volume";

/// The first shard that is not declared and has slots.
std::optional<int> UndeclaredShard(const NodesConf& conf, const Identity& identity,
                                   const Layout& layout) {
  std::set<std::string> declared;
  for (const MemberName member : layout.Members()) declared.insert(identity.NodeIdOf(member).str());
  std::set<std::string> others;  // nodes that hold slots, and are no declared members
  for (const NodeLine& line : conf.lines) {
    if (!line.slots.empty() && !declared.contains(line.id.str())) others.insert(line.id.str());
  }
  if (others.empty()) return std::nullopt;
  for (int shard = layout.shards; shard < kMostShards; ++shard) {
    for (int ordinal = 0; ordinal < kMostMembers; ++ordinal) {
      if (others.contains(identity.NodeIdOf({.shard = shard, .ordinal = ordinal}).str())) {
        return shard;
      }
    }
  }
  return std::nullopt;  // a stranger's: somebody has added that node by hand
}

}  // namespace

std::optional<std::string> AgainstDeclared(const VolumeFacts& volume,
                                           const DeclaredKind& declared) {
  const VolumeState& state = volume.state;
  const std::string& mode = declared.mode;
  if (!state.engine.empty() && state.engine != declared.engine) {
    return std::format(
        "the volume was written by {}, and engine is {}: neither reads all files of the other one; "
        "set engine={} again{}",
        state.engine, declared.engine, state.engine, kOverride);
  }
  // A standalone server becomes the first one of a set, and keeps its volume.
  const bool grows = state.mode == "standalone" && mode == "sentinel";
  if (!state.mode.empty() && state.mode != mode && !grows) {
    return std::format(
        "the volume is of a member of mode {}, and mode is {}: another member may hold newer data; "
        "set mode={} again{}",
        state.mode, mode, state.mode, kOverride);
  }
  if (!volume.conf) return std::nullopt;
  const auto shard = UndeclaredShard(*volume.conf, state.identity, declared.layout);
  if (!shard) return std::nullopt;
  return std::format(
      "by nodes.conf shard {} holds slots, and {} shards are declared: its keys would be gone; set "
      "cluster.shards={} or more again, or move its slots to the others first. When bowline status "
      "says that others serve all slots, this file is an old one: move all files of the volume "
      "away, and this member comes back as an empty replica",
      *shard, declared.layout.shards, *shard + 1);
}

}  // namespace bowline
