#pragma once
// Which replica takes over: the choice alone, for handovers and for the start guard.

#include <optional>
#include <string>

#include "model/layout.h"
#include "plan/card.h"
#include "plan/shard_view.h"

namespace bowline {

struct Candidate {
  MemberName member;
  std::string reason;  ///< "offset 123, link up"
};

/// A replica that runs, is not loading and holds data.
bool CanTakeOver(const Card& card);

/// The best member of `shard` other than `leaving` to lead it: its engine answers, is a replica and
/// is not loading; highest offset first, then the lowest name. With `need_link` (a planned
/// handover) only those whose replication link is up (a plain failover to another one stops writes
/// for 5 s and fails), and of those that are less than 1 MiB behind the best rather one whose pod
/// is already of another revision than that of `leaving`: a rollout does not come to it once more.
/// Without it only those that hold data.
std::optional<Candidate> BestCandidate(const Layout& layout, const Cards& cards, int shard,
                                       MemberName leaving, bool need_link);

}  // namespace bowline
