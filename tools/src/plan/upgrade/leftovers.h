#pragma once
// May a first install follow what an uninstall has left? The volumes of an earlier installation
// stay (persistence.keepAfterDeletion), and an install under the same name finds its data again,
// but only where it has the same members. Pure. Part of plan/upgrade/check.h.

#include <vector>

#include "plan/upgrade/check.h"

namespace bowline {

/// Nothing runs; InstalledState::claims and `recorded` tell what was there. Each refusal has a
/// token.
std::vector<Refusal> CheckLeftovers(const InstalledState& installed, const AskedState& asked);

}  // namespace bowline
