#pragma once
// Sentinel mode: whom the sentinels name, by their processes or by what they had saved before their
// processes run.

#include <cstdint>
#include <optional>

#include "model/layout.h"
#include "plan/common/shard_view.h"

namespace bowline {

struct QuorumView {
  int opinions = 0;  ///< sentinels heard that know who leads
  int running = 0;   ///< of these, whose process answers
  int silent = 0;    ///< not heard: what they know is unknown
  /// More than half of the declared sentinels were heard with an opinion: `primary` is the word of
  /// a majority, or of a later epoch, which a majority has voted for.
  bool decided = false;
  /// Not decided, and even with all silent ones there would be no such majority: nobody knows.
  bool forgotten = false;
  /// Named with the highest config epoch, in that by the most.
  std::optional<MemberName> primary;
  SentinelEpochs epochs;  ///< the highest of each that was heard
};

/// Pure. `own` is what `self`, a sentinel that is starting, has saved itself.
QuorumView ViewOfSentinels(const Layout& layout, const Reports& reports,
                           const SentinelSnapshot* own = nullptr);

/// Is the dataset of server `self` the one of the primary that running sentinels name by a
/// majority? It leads itself, or its link to that primary is up. Only then is the sentinels' config
/// epoch an epoch of this dataset. `info`: of the server's engine.
bool HoldsNamedDataset(const QuorumView& quorum, MemberName self, const EngineInfo& info,
                       const AddressBook& addresses);

}  // namespace bowline
