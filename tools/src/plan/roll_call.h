#pragma once
// Sentinel mode, when no majority of sentinels knows who leads: a first start, or all sentinels'
// volumes lost. Servers and sentinels decide by the same cards, so they decide the same.

#include <optional>
#include <string>

#include "model/layout.h"
#include "plan/shard_view.h"

namespace bowline {

struct RollCall {
  std::optional<MemberName> primary;  ///< empty: wait, or refuse to choose
  std::string reason;
};

/// A running primary with data leads. Else the server that all running replicas follow. Else, when
/// all servers were heard, the one with the newest dataset: by term, then by history; the lowest
/// name of equal ones, and ordinal 0 only when all are fresh. Of two histories that have diverged
/// in one term none is chosen, unless `recover_from` says which.
RollCall CallRoll(const Layout& layout, const AddressBook& addresses, const Cards& cards,
                  std::optional<MemberName> recover_from);

}  // namespace bowline
