#pragma once
// One seed, one history: a first start, clients that write, faults, the return, and what must hold
// then.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace bowline::simulator {

struct HistoryEnd {
  std::vector<std::string> violations;
  std::string story;    ///< faults, Events, roles
  std::string details;  ///< with each log line
  int acknowledged = 0;
  int lost = 0;  ///< of these, as the rules allow
};

/// `folder` is empty, for the volumes.
HistoryEnd RunHistory(std::uint64_t seed, const std::filesystem::path& folder);

}  // namespace bowline::simulator
