#pragma once
// Cluster mode: the members as a person wants to see them, and what is not as declared.

#include "plan/common/topology.h"

namespace bowline {

/// Adds a row for each member, and everything that is not as declared: unknown or missing nodes,
/// other addresses, slots without owner, shards without exactly one primary.
void DescribeClusterMode(const Observed& observed, Topology& topology);

}  // namespace bowline
