#pragma once
// Sentinel mode, when no majority of sentinels knows who leads: a first start, or all sentinels'
// volumes lost. Servers and sentinels decide by the same reports, so they decide the same.

#include <optional>
#include <string>

#include "model/layout.h"
#include "plan/common/shard_view.h"

namespace bowline {

struct ColdStart {
  std::optional<MemberName> primary;  ///< empty: wait, or refuse to choose
  std::string reason;
};

/// A running primary with data leads. Else the server that all running replicas follow. Else, when
/// all servers were heard and none of their volumes is refused, the one with the newest dataset: by
/// epoch, then by history, then by file times; the lowest name of equal ones, and ordinal 0 only
/// when all are fresh. When the newest ones have diverged none is chosen, unless `recover_from`
/// says which; it says nothing in all other cases, as it may stay set.
ColdStart ChooseAtColdStart(const Layout& layout, const AddressBook& addresses,
                            const Reports& reports, std::optional<MemberName> recover_from);

}  // namespace bowline
