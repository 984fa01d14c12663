#pragma once
// Whether a replica has every write of a primary whose engine has ended. The one proof for the
// take-over after a death, the start of a member whose dataset is gone, the start of a primary with
// data, and the handovers (docs/decisions/0019-proof-of-being-in-sync.md). The proof decides who
// leads and how soon, never whether anybody does.

#include <optional>
#include <string>
#include <vector>

#include "model/layout.h"
#include "plan/common/shard_view.h"

namespace bowline {

/// The members that `primary` lists as replicas which are online and acknowledged within the last
/// 2 s (INFO's lag; a replica acknowledges each second, replication.c, replicationCron).
std::vector<MemberName> ReplicasInSync(const EngineInfo& primary, const AddressBook& addresses);

struct SyncProof {
  bool proven = false;
  bool misses = false;  ///< it is known that the primary had what the replica has not
  std::string reason;   ///< for people: what proves it, or what is missing
};

/// `replica`: its present report. `last`: the last known position of the primary's engine; empty:
/// nothing is known of it. Proven when the replica runs with data and without a copy in progress,
/// has not missed writes by its own word, its dataset contains all of `last`
/// by CompareHistories, and it was in sync when `last` was noted. Where `last` does not tell
/// the replicas in sync, its link must not have been down for more than 10 s, and where nothing is
/// known of the primary, that is all that is asked.
SyncProof ProveInSync(const Report& replica, const std::optional<ReplicationPosition>& last);

struct Candidate {
  MemberName member;
  std::string reason;            ///< "offset 123, link up"
  ReplicationPosition position;  ///< of its dataset when it was chosen
};

/// A replica that runs, is not loading and holds data.
bool CanTakeOver(const Report& report);

/// Of the members of `shard` other than `leaving` that are proven to be in sync with `last` the one
/// with the highest offset, then the lowest name; one of `voted_out` (ShardView) only when there is
/// no other: it leads for a moment, and what it is given meanwhile is lost.
std::optional<Candidate> BestInSync(const Layout& layout, const Reports& reports, int shard,
                                    MemberName leaving,
                                    const std::optional<ReplicationPosition>& last,
                                    const std::vector<MemberName>& voted_out = {});

/// Of the members of `shard` other than `leaving` that can take over the one with the newest
/// dataset, proven or not: by epoch and history; where these do not tell, the one that has missed
/// the least, by its link; then the highest offset, then the lowest name.
std::optional<Candidate> NewestReplica(const Layout& layout, const Reports& reports, int shard,
                                       MemberName leaving);

/// For a planned handover: a replica of `shard` whose link is up, that is not being copied to and
/// whose history is that of `leaving`. The highest offset, then the lowest name; but of those that
/// are less than 1 MiB behind the best rather one whose pod is already of another revision than
/// that of `leaving`: a rollout does not come to it once more.
std::optional<Candidate> BestForHandover(const Layout& layout, const Reports& reports, int shard,
                                         MemberName leaving);

}  // namespace bowline
