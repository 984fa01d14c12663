#pragma once
// The members as a tree: each shard, its primary, the replicas that follow it; the sentinels last.
// Pure.

#include <string>
#include <vector>

#include "plan/common/text_grid.h"
#include "plan/common/topology.h"

namespace bowline {

struct TreeItem {
  const TopologyRow* row = nullptr;  ///< of the topology
  std::string branch;                ///< what stands before its name: lines and spaces
};

struct TreeGroup {
  std::string head;  ///< "shard 0", "servers: no primary"; empty: there is but one member
  Tone tone = Tone::kStrong;
  std::vector<TreeItem> items;  ///< each of the group's members once
};

/// A replica stands below the member that it follows by its own word; primaries come first, then
/// whoever follows no member. `reports`: for what the sentinels name.
std::vector<TreeGroup> GroupMembers(const Topology& topology, const Reports& reports,
                                    const TextStyle& style);

}  // namespace bowline
