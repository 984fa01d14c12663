#pragma once
// When a primary must stop taking writes: nobody has been reached for a while who keeps its writes
// or who would keep the others from electing another. How members are reached is not known here.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/layout.h"

namespace bowline {

/// How often the primary looks, and how long one answer may take.
inline constexpr std::chrono::milliseconds kFenceLook{100};
inline constexpr std::chrono::milliseconds kFencePatience{300};
/// So long nobody must have been heard before the primary counts as cut off.
inline constexpr std::chrono::milliseconds kFenceAfter{450};

/// Whom a primary asks whether it is cut off.
struct FenceCircle {
  std::vector<MemberName> replicas;  ///< the other members of its shard: one of them is enough
  std::vector<MemberName> voters;    ///< the sentinels, or the other shards' primaries
  int majority = 0;  ///< so many of `voters` are enough, beside the primary's own vote
};

/// Pure. `view` is the own CLUSTER NODES; without one that can be read nobody is known to vote, and
/// then none is needed.
FenceCircle CircleOf(const Layout& layout, const Identity& identity, MemberName self,
                     std::string_view view);

/// Keeps who was reached when, and decides by that. Times are those of any one steady clock.
class FenceJudge {
 public:
  using Time = std::chrono::milliseconds;

  /// After a silence of `replaced_after` the others may have elected another primary, and this one
  /// does not learn it at once when it is heard again: its writes stay paused for a moment more.
  explicit FenceJudge(Time replaced_after) : replaced_after_(replaced_after) {}

  /// Nothing is known from `now` on, and nothing is fenced: it has become primary.
  void Restart(Time now);
  void Reached(MemberName member, Time now);
  /// We could not ask: that nobody was heard proves nothing. A fence that stands goes on.
  void Deaf(Time now);
  /// Have the replicas been silent, so that all of them and the voters must be asked?
  [[nodiscard]] bool InDoubt(const FenceCircle& circle, Time now) const;
  /// Else it is enough to ask the replica that was heard last. `circle` has one.
  [[nodiscard]] MemberName HeardLast(const FenceCircle& circle) const;
  /// One look at `circle`; are writes to be paused? A look that comes late counts as Deaf before.
  bool Judge(const FenceCircle& circle, Time now);
  [[nodiscard]] bool fenced() const { return fenced_at_.has_value(); }
  /// "no replica (of 1) reached for 470 ms, and 0 of 2 voters (1 needed)"
  [[nodiscard]] std::string Describe(const FenceCircle& circle, Time now) const;

 private:
  struct Heard {
    MemberName member;
    Time at;
  };
  /// Since then the member has not been heard; who never was, since the beginning.
  [[nodiscard]] Time HeardAt(MemberName member) const;
  [[nodiscard]] Time ReplicaHeardAt(const FenceCircle& circle) const;
  [[nodiscard]] int VotersHeard(const FenceCircle& circle, Time now) const;

  Time replaced_after_;
  Time began_{0};
  Time judged_{0};
  std::vector<Heard> heard_;
  std::optional<Time> fenced_at_;
  std::optional<Time> back_at_;  ///< fenced, and since then somebody is heard again
};

}  // namespace bowline
