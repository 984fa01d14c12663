#pragma once
// Sentinel mode: which replicas a sentinel may promote. Sentinels choose among all replicas that
// run while the primary does not, whatever their datasets, unless replica-priority is 0.

#include <chrono>
#include <optional>

#include "base/timing.h"
#include "model/layout.h"
#include "plan/common/report.h"
#include "plan/common/shard_view.h"

namespace bowline {

/// For a replica whose link has not been up since it started; one whose link was up may always be
/// promoted. It holds data, nobody's that was heard is newer, and the datasets of all servers but
/// one are known: that one may be gone for good, and what a primary with one replica in sync has
/// written is on one of the others. Never while the primary that it `follows` is about to start
/// with its data, nor while that one is silent and this replica has not run for `lived`
/// kPrimaryPatience: after a death of all it is about to come back, with writes that may be nowhere
/// else. `peers` are the reports of the others.
bool MayBePromoted(const Layout& layout, const Reports& peers, const Report& self,
                   std::optional<MemberName> follows, std::chrono::milliseconds lived);

}  // namespace bowline
