#pragma once
// How many changes of the lead the members of one shard may make by themselves that answer no
// death. Each is right by its own evidence; a series of them is a group, and each costs clients
// their connections and replicas a new copy.

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "plan/common/shard_view.h"

namespace bowline {

/// What one member has done. Times are those of the machine's steady clock, which no correction of
/// the time moves and which goes on when a container is started again; it begins anew with the
/// machine.
class RoleBudget {
 public:
  using Time = std::chrono::milliseconds;
  static constexpr std::size_t kChanges = 3;
  static constexpr Time kSpan = std::chrono::minutes(10);

  /// The lead has been moved at `now`, without a death.
  void Count(Time now);
  /// A start has had another member take over at `now`. The first time that answers the end of the
  /// own engine; every other one before an engine runs here again counts.
  void CountAtStart(Time now);
  /// The own engine starts.
  void Started() { handed_over_ = false; }
  /// Does another take-over by this start count?
  [[nodiscard]] bool HandedOver() const { return handed_over_; }
  /// How long ago the lead was moved, within kSpan, the latest first, in whole seconds. What is
  /// later than `now` was counted before the machine was started anew, and is over.
  [[nodiscard]] std::vector<std::int64_t> AgesInSeconds(Time now) const;

  /// For a file (docs/architecture.md, State).
  [[nodiscard]] std::string Print() const;
  /// kInvalidArgument: it is no such file.
  static Result<RoleBudget> Parse(std::string_view text);

 private:
  std::deque<Time> changes_;  ///< the last kChanges
  bool handed_over_ = false;
};

/// The changes within kSpan that the members of `shard` tell of. A silent one tells of none, nor
/// does one of an earlier version.
std::size_t RoleChangesOf(const Layout& layout, const Reports& reports, int shard);

}  // namespace bowline
