#pragma once
// Which of two members' datasets is the newer one, as far as their reports tell.

#include <cstdint>
#include <optional>
#include <vector>

#include "plan/common/report.h"

namespace bowline {

/// A running member's epoch is that of its engine's view (cluster mode), another's that of its
/// report.
std::uint64_t EpochOf(const Report& report);

/// Where an engine stands, in `epoch`.
ReplicationPosition PositionOf(const EngineInfo& info, std::uint64_t epoch);

/// The position of what a member holds: of its engine, if that answers, else of its volume.
std::optional<ReplicationPosition> PositionOf(const Report& report);

/// What the first one's dataset is to the second one's: by epoch, then by history. Data is newer
/// than none. kUnknown when neither tells.
History CompareByHistory(const Report& first, const Report& second);

/// Those of `reports` than whose dataset no other one's is newer by CompareByHistory; all of them
/// when each has a newer one, which cannot be. Of three, one may be known to be newer
/// than another while nothing is known of the third: comparing one after the other would pass it.
std::vector<const Report*> NoneNewer(const std::vector<const Report*>& reports);

/// CompareByHistory; when neither epoch nor history tells, by file times. These are compared to the
/// second because all members must come to one order; whether a primary gives up its lead for a
/// newer file asks for more than 3 s (plan/common/start.h, IsNewer).
History CompareDatasets(const Report& first, const Report& second);

}  // namespace bowline
