#pragma once
// `bowline status` for a person: who leads whom, how each member is, and what is wrong. Pure.

#include <cstdint>
#include <string>

#include "model/settings.h"
#include "plan/common/engine_facts.h"
#include "plan/common/text_grid.h"
#include "plan/common/topology.h"

namespace bowline {

struct StatusFacts {
  const Settings& settings;
  const Topology& topology;
  const Reports& reports;     ///< that the topology was made of
  EngineFactsBook engines{};  ///< what the engines themselves tell; may be empty
  std::string time;           ///< of the reports: RFC 3339 in UTC with whole seconds
  std::int64_t now = 0;       ///< the same in seconds since 1970
};

/// A line with the verdict, the tree of the members, and one line for each problem ("! ..."), each
/// warning ("warning: ...") and each note. `wide`: a second table, with a line for each member,
/// and what the engines have refused. Columns that nobody has anything for are left out; on a
/// narrow terminal others as well, which are named then.
std::string PrintStatus(const StatusFacts& facts, bool wide, const TextStyle& style);

}  // namespace bowline
