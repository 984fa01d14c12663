#pragma once
// nodes.conf and CLUSTER NODES: the same line grammar, parsed, printed and checked. See
// docs/formats/nodes-conf.md. The engine itself accepts files with overlapping slots, gaps and cut
// lines; CheckNodesConf() does not.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "model/endpoint.h"
#include "model/identity.h"
#include "model/slots.h"

namespace bowline {

enum class NodeRole { kPrimary, kReplica };

/// One line of nodes.conf or of a CLUSTER NODES reply.
struct NodeLine {
  NodeId id;
  Endpoint endpoint;
  std::string hostname;  ///< empty: none
  std::vector<std::pair<std::string, std::string>>
      aux;  ///< e.g. {"shard-id", "..."}, in file order
  NodeRole role = NodeRole::kPrimary;
  bool myself = false;
  bool fail = false;        ///< "fail"
  bool maybe_fail = false;  ///< "fail?"
  bool noaddr = false;
  bool handshake = false;
  bool nofailover = false;
  NodeId primary;  ///< empty for a primary
  std::int64_t ping_sent = 0;
  std::int64_t pong_received = 0;
  std::uint64_t config_epoch = 0;
  bool connected = true;  ///< link-state
  std::vector<SlotRange> slots;
  std::vector<std::string> migrations;  ///< "[5460->-id]" marks, verbatim

  [[nodiscard]] std::string shard_id() const;  ///< from aux; empty: none
  void set_shard_id(const NodeId& shard);
  /// A primary with slots.
  [[nodiscard]] bool LeadsSlots() const { return role == NodeRole::kPrimary && !slots.empty(); }
  bool operator==(const NodeLine&) const = default;
};

struct NodesConf {
  std::vector<NodeLine> lines;
  std::uint64_t current_epoch = 0;
  std::uint64_t last_vote_epoch = 0;

  [[nodiscard]] const NodeLine* Myself() const;
  [[nodiscard]] NodeLine* Myself();
  [[nodiscard]] const NodeLine* Find(const NodeId& id) const;
  [[nodiscard]] NodeLine* Find(const NodeId& id);
  bool operator==(const NodesConf&) const = default;
};

/// Parses a nodes.conf file. kDataLoss with the line number and its text (shortened) for anything
/// that is not a complete file: empty, no "vars" line at the end, no or two `myself`, unknown
/// flags, bad ids, binary content.
Result<NodesConf> ParseNodesConf(std::string_view text);

/// Parses a CLUSTER NODES reply (no "vars" line; `myself` marks the node that answered).
Result<NodesConf> ParseClusterNodes(std::string_view text);

/// Adds the line and its end to the text.
void PrintNodeLine(std::string& out, const NodeLine& line);

/// The file's text: lines, then "vars currentEpoch N lastVoteEpoch N", each ended by "\n". Words
/// are master/slave on the wire; aux fields are written only when there are any. Parse(Print(x)) ==
/// x.
std::string PrintNodesConf(const NodesConf& conf);

/// For every line, in order, the primary that it leads to: itself, or the end of its chain of
/// `primary` ids. nullptr where the chain ends nowhere or is a cycle.
std::vector<const NodeLine*> LeadingPrimaries(const NodesConf& conf);

/// The config epoch of the primary that `myself` is or follows: the epoch in which its dataset was
/// written. 0 when there is none.
std::uint64_t LeadEpoch(const NodesConf& conf);

/// Ends cycles of replicas, which engines do save: the two links between a pair of nodes have no
/// common order, so a ping sent before a failover may be read after the news of it, and the file
/// then lists both as replicas of each other until the next ping. In the cycle of `myself` the one
/// that it follows becomes the primary (a node knows its own primary best), in another one the line
/// with the highest config epoch, then the lowest id.
void SettleCycles(NodesConf& conf);

/// kDataLoss unless: exactly one `myself`; ids unique; every replica leads to a primary that has a
/// line; no slot is owned twice; shard-ids, where present, equal for a primary and its replicas.
/// With `full_coverage` also unless all 16384 slots are owned. Sound are also the files that
/// engines save in the middle of a failover, with replicas of replicas and (valkey 8.1) with slots
/// still on the line of the former primary, now a replica.
Status CheckNodesConf(const NodesConf& conf, bool full_coverage);

}  // namespace bowline
