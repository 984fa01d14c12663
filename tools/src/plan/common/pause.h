#pragma once
// Does somebody want the program to do nothing by itself (`bowline pause`)? Pure. What goes on all
// the same: docs/decisions/0024-pause.md.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/common/shard_view.h"

namespace bowline {

/// Annotations of the installation record.
inline constexpr const char* kPausedSince = "bowline/paused-since";
inline constexpr const char* kPausedUntil = "bowline/paused-until";
/// A pause is never longer.
inline constexpr int kLongestPauseSeconds = 24 * 3600;
/// At the end of the Event of whatever a pause stops.
inline constexpr std::string_view kPauseStops = "; bowline pause stops these";

/// "2026-11-29T02:00:00Z"; true of nothing else.
bool IsTime(std::string_view text);

/// What the record says, also when it has ended. Nothing: no pause, or an end that is no time: what
/// has no end would stop repairs for ever.
std::optional<PauseOrder> ReadPause(const std::map<std::string, std::string>& annotations);

/// A line about the pause that members know of, for `status` and `check`.
std::vector<std::string> DescribePause(const Reports& reports);

}  // namespace bowline
