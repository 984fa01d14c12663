#pragma once
// The sentinel mode's half of plan/topology.h.

#include "plan/topology.h"

namespace bowline {

/// Adds the rows of servers and sentinels, and everything that is not as declared: one primary,
/// whom all replicas follow and all sentinels name; and no sentinel lists anything but the declared
/// members.
void DescribeSentinelMode(const Layout& layout, const AddressBook& addresses, const Cards& cards,
                          Topology& topology);

}  // namespace bowline
