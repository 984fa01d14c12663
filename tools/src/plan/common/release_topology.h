#pragma once
// All that `status` and `check` say by the members' reports alone. Pure.

#include <cstdint>

#include "model/settings.h"
#include "plan/common/topology.h"

namespace bowline {

/// Describe, and what the mode, the configuration and the certificates add to it. `settings`: as
/// mounted where it is asked; `now`: seconds since 1970.
Topology DescribeRelease(const Settings& settings, const AddressBook& addresses,
                         const Reports& reports, const ModeRules& rules, std::int64_t now);

}  // namespace bowline
