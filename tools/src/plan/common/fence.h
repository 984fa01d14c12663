#pragma once
// When a primary must stop taking writes: its replicas do not acknowledge what it sends, and no
// majority is heard that would keep the others from electing another primary. Pure; how connections
// are looked at is not known here. Why so: docs/decisions/0013-fencing.md.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/timing.h"
#include "model/layout.h"
#include "plan/common/link_progress.h"

namespace bowline {

/// What fencing looks at where the kernel tells; anything else on a report is said for people.
inline constexpr std::string_view kKernelEvidence = "the engine's connections";

/// The members that decide whether a primary is cut off.
struct FenceGroup {
  std::vector<MemberName> replicas;  ///< the other members of its shard
  std::vector<MemberName> voters;    ///< the sentinels, or the other shards' primaries
  int majority = 0;  ///< so many of `voters` are enough, beside the primary's own vote
};

/// Keeps when each member was last heard, and decides by that. Times are those of any one steady
/// clock. It judges from the moment on in which all replicas or a majority have been heard for the
/// first time: before that nobody can have been elected against a primary that its start guard has
/// just let lead, and the engine itself takes no writes (NOREPLICAS, CLUSTERDOWN).
class FenceJudge {
 public:
  using Time = std::chrono::milliseconds;

  /// After a silence of `replaced_after` the others may have elected another primary, and this one
  /// does not learn it at once when it is heard again: its writes stay paused for a moment more.
  explicit FenceJudge(Time replaced_after) : replaced_after_(replaced_after) {}
  /// Another time from now on.
  void SetReplacedAfter(Time replaced_after) { replaced_after_ = replaced_after; }

  /// Nothing is known from `now` on, and nothing is fenced: it has become primary.
  void Restart(Time now);
  /// One look at the connections of all replicas.
  void Replicas(const std::vector<LinkLook>& links, Time now) { replicas_.Look(links, now); }
  /// One look at the engine's connection with a voter.
  void Voter(MemberName member, const LinkLook& link, Time now);
  /// A new connection to a voter was made.
  void Reached(MemberName member, Time now);
  /// Something was sent to all voters over the connections that there are: silence from now on says
  /// something.
  void Asked(Time now);
  /// We could not ask: that nobody was heard proves nothing. A fence that stands goes on.
  void CouldNotAsk(Time now);

  /// Does some replica not acknowledge, so that the voters must be looked at?
  [[nodiscard]] bool InDoubt(const FenceGroup& group, Time now) const;
  /// In doubt: is it time to send something to the voters? At once, and then five times a second:
  /// what was heard before the doubt says nothing of the present moment.
  [[nodiscard]] bool MustAsk(const FenceGroup& group, Time now) const;
  /// One look at `group`; are writes to be paused? A look that comes late counts as CouldNotAsk
  /// before, unless it is late for the time `own_calls` that calls to the own engine took since the
  /// last one: a slow engine says nothing against the others' silence.
  bool Judge(const FenceGroup& group, Time now, Time own_calls = Time(0));
  [[nodiscard]] bool fenced() const { return fenced_at_.has_value(); }
  /// "2 replicas have not acknowledged for 470 ms, and 0 of 3 voters are heard (2 needed)"
  [[nodiscard]] std::string Describe(const FenceGroup& group, Time now) const;

 private:
  /// The last time at which all replicas acknowledged; not before the judging began.
  [[nodiscard]] Time ReplicasGood(const FenceGroup& group) const;
  /// Later than at `since`.
  [[nodiscard]] int VotersHeard(const FenceGroup& group, Time since) const;
  [[nodiscard]] bool Majority(const FenceGroup& group, Time now) const {
    return VotersHeard(group, now - kFenceAfter) >= group.majority;
  }

  Time replaced_after_;
  Time began_{0};
  Time judged_{0};
  /// Before the fence: when all replicas or a majority were last heard. After it another primary
  /// may have been elected, though the fence came later: idle connections are silent for nothing.
  Time contact_{0};
  bool armed_ = false;
  LinkProgress replicas_;
  std::map<MemberName, Time> voters_;  ///< when each was last heard
  std::optional<Time> asked_at_;       ///< the first question that no majority has answered
  std::optional<Time> asked_last_;
  std::optional<Time> fenced_at_;
  std::optional<Time> back_at_;  ///< fenced, and since then somebody is heard again
};

}  // namespace bowline
