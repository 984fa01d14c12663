#pragma once
// Cluster mode: who leads a shard by what the living members' engines say, and whether a majority
// stands behind that.

#include <optional>
#include <vector>

#include "plan/common/shard_view.h"

namespace bowline {

/// Pure: the same reports give the same view; ties go to the lower member name.
ShardView ViewOfShard(const Layout& layout, const Identity& identity, const Reports& reports,
                      int shard);

/// Do more than half of the running primaries say that `member` leads its shard, and that it is
/// neither failed nor suspected (flags fail, fail?)?
bool LedByMajority(const Identity& identity, const Reports& reports, MemberName member);

/// The same, and they are a majority of all shards' primaries, not of those on one side of a
/// network cut. Then nobody has been elected against `member`, and for a node timeout from the
/// reports' time on nobody will be: so long the others do not take it for dead (cluster_legacy.c,
/// clusterCron).
bool SecureInLead(const Layout& layout, const Identity& identity, const Reports& reports,
                  MemberName member);

/// Has more than half of all primaries heard of this epoch (cluster_current_epoch)? A replica that
/// asks for votes raises the epoch of whoever hears it (cluster_legacy.c,
/// clusterRequestFailoverAuth), so then it is not cut off from them.
bool KnownToMajority(const Reports& reports, std::uint64_t epoch);

/// The primaries of the other shards that take `member` for failed or suspect it (flags fail and
/// fail?), when with those that were not heard they are a majority of all primaries; else empty.
/// These can agree that it has failed and elect another one after it has taken over: a replica
/// loses the flag with its next answer on the bus, a primary with slots only after 2 x node timeout
/// (cluster_legacy.c, markNodeAsFailingIfNeeded, clearNodeFailureIfNeeded; docs/facts/cluster.md
/// 3h). Who does not lead does not vote. A shard all of whose members were heard, and none leads,
/// has no vote.
std::vector<MemberName> TakenForFailedBy(const Layout& layout, const Identity& identity,
                                         const Reports& reports, MemberName member);

/// By the own CLUSTER NODES: does the engine have a link to more than half of the
/// primaries, itself included, none of which it takes for failed?
bool HearsMajority(const NodesView& view);

/// Which of an engine's addresses its clients are told.
inline constexpr const char* kEndpointType = "cluster-preferred-endpoint-type";

/// By the own CLUSTER NODES: has every node announced a host name? Of one that has none the engine
/// tells its clients "?" when it is to tell names (cluster_legacy.c, clusterNodePreferredEndpoint).
bool AllNamed(const NodesView& view);

}  // namespace bowline
