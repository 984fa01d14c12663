#pragma once
// Hash slots of a Redis Cluster: 16384, 0 to 16383 (cluster.h CLUSTER_SLOTS).

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace bowline {

inline constexpr int kSlotCount = 16384;

/// A closed range of slots.
struct SlotRange {
  int first = 0;
  int last = 0;

  /// "5" or "0-5460"; kInvalidArgument when a number is no slot or first > last.
  static Result<SlotRange> Parse(std::string_view text);
  [[nodiscard]] int size() const { return last - first + 1; }
  [[nodiscard]] std::string ToString() const;
  auto operator<=>(const SlotRange&) const = default;
};

/// The slots of each of `shards` shards when 16384 are split as evenly as possible, in order.
/// Shard i has slots [i*16384/n, (i+1)*16384/n - 1]. shards in [1, 16384].
std::vector<SlotRange> SplitSlots(int shards);

/// "0-5460 5470", or "-" for none.
std::string ToString(const std::vector<SlotRange>& ranges);

}  // namespace bowline
