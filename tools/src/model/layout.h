#pragma once
// The declared shape of a cluster and its first nodes.conf.

#include <map>
#include <optional>
#include <vector>

#include "base/error.h"
#include "model/nodes_conf.h"

namespace bowline {

enum class Mode { kCluster, kSentinel, kStandalone };

/// What the chart's values declare. Without shards the servers are the one shard.
struct Layout {
  int shards = 3;
  int replicas_per_shard = 1;
  Mode mode = Mode::kCluster;
  int sentinels = 0;

  /// Sentinel mode: `servers` in all, one of them the primary.
  static Layout Sentinel(int servers, int sentinels) {
    return {.shards = 1,
            .replicas_per_shard = servers - 1,
            .mode = Mode::kSentinel,
            .sentinels = sentinels};
  }

  /// One server, for itself.
  static Layout Standalone() {
    return {.shards = 1, .replicas_per_shard = 0, .mode = Mode::kStandalone, .sentinels = 0};
  }

  /// All members, shard by shard, ordinal by ordinal; the sentinels last.
  [[nodiscard]] std::vector<MemberName> Members() const;
  /// Those that hold the shard's data.
  [[nodiscard]] std::vector<MemberName> MembersOf(int shard) const;
  /// The same but for one of them.
  [[nodiscard]] std::vector<MemberName> OthersOf(MemberName member) const;
  [[nodiscard]] std::vector<MemberName> Sentinels() const;
  [[nodiscard]] bool Contains(MemberName member) const;
  /// For people: "3 servers, 3 sentinels", "3 shards, 2 replicas each", "1 server".
  [[nodiscard]] std::string ToString() const;
};

using AddressBook = std::map<MemberName, Endpoint>;

/// Whose address that is; empty: nobody's.
std::optional<MemberName> MemberAt(const AddressBook& addresses, std::string_view ip);

/// The complete file of a first start for `self`: deterministic ids, all addresses, slots split
/// evenly over the ordinals 0, the other ordinals as their replicas, shard ids, distinct config
/// epochs 1..shards (equal ones cost epoch collisions). kInvalidArgument when a member has no
/// address or `self` is not in the layout.
Result<NodesConf> SeedNodesConf(const Layout& layout, const Identity& identity,
                                const AddressBook& addresses, MemberName self);

/// Makes a saved file fit to start from: every declared member's address anew, the passing flags
/// (fail, fail?, noaddr) and handshake lines gone, ping/pong zero, shard ids of the identity on all
/// lines of declared members (replicas: their primary's). A file saved in the middle of a failover
/// is completed: a replica of a replica gets the primary that leads both, and slots on a replica's
/// line go to its primary. Otherwise roles, slots, epochs and migration positions stay as they are.
/// Lines of members that have no address in the book keep theirs, and `noaddr` when they have none.
void Readdress(NodesConf& conf, const Identity& identity, const AddressBook& addresses);

/// A file for `self` built from another member's CLUSTER NODES view (facts/cluster.md 5e): `myself`
/// moved to self's line (appended as a replica of `primary` when the view does not list it), then
/// readdressed. When `primary` is another member, self's line becomes its replica without slots;
/// when it is self, its line must be a primary and stays as it is. `current_epoch` is the viewer's
/// cluster_current_epoch. kFailedPrecondition when the view lists no line for `primary` or lists it
/// as a replica.
Result<NodesConf> NodesConfFromView(const NodesConf& view, std::uint64_t current_epoch,
                                    const Identity& identity, const AddressBook& addresses,
                                    MemberName self, MemberName primary);

}  // namespace bowline
