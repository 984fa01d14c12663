#pragma once
// Sentinel mode: the members as a person wants to see them, and what is not as declared.

#include "plan/common/topology.h"

namespace bowline {

/// Adds the rows of servers and sentinels, and everything that is not as declared: one primary,
/// whom all replicas follow and all sentinels name; and no sentinel lists anything but the declared
/// members.
void DescribeSentinelMode(const Observed& observed, Topology& topology);

}  // namespace bowline
