#pragma once
// What an engine says of its slow commands and its latency, as `bowline latency` prints it and a
// report for a bug has it. The slow log has what clients sent: keys, values, passwords, addresses.
// None of these is printed. Pure.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "model/write_refusal.h"
#include "plan/common/metrics_engine.h"

namespace bowline {

/// One entry of SLOWLOG GET (slowlog.c), as the engine gave it.
struct SlowCommand {
  std::int64_t id = 0;
  std::int64_t at = 0;  ///< seconds since 1970
  std::int64_t microseconds = 0;
  /// At most 32; the engine cuts what is longer than 128 bytes, and tells by how much.
  std::vector<std::string> words;
};

/// An event of LATENCY LATEST, and LATENCY HISTORY of it (latency.c): 160 entries at most.
struct LatencyEvent {
  LatencySpike latest;
  std::vector<std::pair<std::int64_t, std::int64_t>> history;  ///< seconds since 1970, milliseconds
};

struct LatencyFacts {
  ConfigFields directives;  ///< those of LatencyDirectives that the engine knows
  std::vector<SlowCommand> slow;
  std::vector<LatencyEvent> events;
  std::string statistics;             ///< INFO commandstats latencystats
  std::vector<std::string> failures;  ///< questions without an answer, and why
};

/// Which decide what the engine writes down.
const std::vector<std::string>& LatencyDirectives();

/// The command, how many arguments it had and how long they were: "SET, 2 arguments of 3 and 5000
/// bytes". A command's name that has other characters than names have is hidden, too.
std::string WithoutArguments(const std::vector<std::string>& words);

std::string PrintLatency(const LatencyFacts& facts);

}  // namespace bowline
