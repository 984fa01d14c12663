#pragma once
// Copies of datasets that were replaced ("kept-<seconds since 1970>" on the volume): at most one,
// only while there is room, for a day.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bowline {

inline constexpr std::int64_t kKeptSeconds = 24 * 3600;

std::string KeptName(std::int64_t seconds);
/// When it was made, seconds since 1970; nullopt: a file of another name.
std::optional<std::int64_t> KeptSince(std::string_view name);

/// Of these names on a volume the copies whose day is over, or whose time is more than a day ahead
/// (a clock that was wrong).
std::vector<std::string> ExpiredCopies(const std::vector<std::string>& names, std::int64_t now);

struct KeepInput {
  std::int64_t bytes = 0;          ///< of the dataset's files
  std::int64_t free_bytes = 0;     ///< of the volume
  bool by_links = true;            ///< second names of the same files, which take no room at first
  bool serving = false;            ///< the engine runs, and its demotion waits for the copy
  std::vector<std::string> names;  ///< on the volume
};
/// Why no copy is made; nothing: one is. A copy by links takes its room as soon as the engine has
/// replaced the files. The engine then needs room for the new dataset and for a rewrite of it: 1.5
/// times the dataset must stay free.
std::optional<std::string> WhyNotKept(const KeepInput& input);

}  // namespace bowline
