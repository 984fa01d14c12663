#pragma once
// What the living members say about one shard: who leads it, and whether a majority stands behind
// that.

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "model/layout.h"
#include "plan/common/report.h"

namespace bowline {

using Reports = std::map<MemberName, Report>;

/// Of these members, those whose report is not there.
std::vector<MemberName> Silent(const Reports& heard, const std::vector<MemberName>& of);

/// The shard's members whose engines answer as primaries, loading or not; declared: one.
std::vector<MemberName> PrimariesOf(const Layout& layout, const Reports& reports, int shard);

struct ShardView {
  /// A majority of the cluster's primaries runs: the engines' own quorum, so elections can be won.
  bool quorum = false;
  /// The member that leads the shard by the highest config epoch that anybody tells; empty: nobody
  /// lists the shard.
  std::optional<MemberName> primary;
  std::uint64_t config_epoch = 0;
  /// Whose view that is: a member with an answering engine.
  std::optional<MemberName> source;
  std::uint64_t current_epoch = 0;
};

}  // namespace bowline
