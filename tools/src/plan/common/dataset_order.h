#pragma once
// Which of two members' datasets is the newer one, as far as their cards tell.

#include <cstdint>
#include <optional>

#include "plan/common/card.h"

namespace bowline {

/// A running member's term is that of its engine's view (cluster mode), another's that of its card.
std::uint64_t TermOf(const Card& card);

/// Where an engine stands, in `term`.
ReplicationMark PositionOf(const EngineInfo& info, std::uint64_t term);

/// The mark of what a member holds: of its engine, if that answers, else of its volume.
std::optional<ReplicationMark> MarkOf(const Card& card);

/// What the first one's dataset is to the second one's: by term, then by history. Data is newer
/// than none. kUnknown when neither tells.
History CompareByHistory(const Card& first, const Card& second);

/// The same; when neither term nor history tells, by file times. These are compared to the second
/// because all members must come to one order; whether a primary gives up its lead for a newer file
/// asks for more than 3 s (plan/common/start.h, IsNewer).
History CompareDatasets(const Card& first, const Card& second);

}  // namespace bowline
