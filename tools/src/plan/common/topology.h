#pragma once
// The cluster, or the set of servers and sentinels, as a person wants to see it, and whether it is
// what the values declare.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/layout.h"
#include "plan/common/engine_facts.h"
#include "plan/common/shard_view.h"

namespace bowline {

class ModeRules;

struct TopologyRow {
  MemberName member;
  std::string pod;
  std::string node;                     ///< Kubernetes node
  std::string address;                  ///< of the member Service
  std::string role;                     ///< "primary", "replica", "sentinel", "-"
  std::string slots;                    ///< of a primary in cluster mode; else "-"
  std::int64_t lag = -1;                ///< bytes behind its primary; -1: unknown or a primary
  std::string state;                    ///< "ok", or what is wrong in a few words
  std::string reason;                   ///< of a member that does not run: what it waits for
  std::string fence_evidence;           ///< of a primary: what its fencing looks at; else empty
  std::int64_t certificate_ends = 0;    ///< Unix time in seconds; 0: it has none
  std::vector<Progress> progress = {};  ///< of the long work that its engine does
  std::optional<MemberName> follows;  ///< of a replica, by its own word; empty: no declared member
};

struct Topology {
  bool sharded = true;  ///< into shards with slots
  std::string installation;
  std::vector<TopologyRow> rows;
  /// Everything that is not as declared; empty means healthy.
  std::vector<std::string> problems;
  /// What is as declared and yet a risk, or could not be looked at; each with its remedy.
  std::vector<std::string> warnings;
};

/// What a topology is made of.
struct Observed {
  const Layout& layout;
  const Identity& identity;
  const AddressBook& addresses;  ///< of the member Services
  const Reports& reports;
  std::map<NodeId, MemberName> names;  ///< of the declared members
};

/// `addresses` are the member Services' present ones.
Topology Describe(const Layout& layout, const Identity& names, const AddressBook& addresses,
                  const Reports& reports, const ModeRules& rules);

/// For programs (docs/reference/interface.md); for people: plan/common/status_page.h.
/// `engines`: what they themselves tell; may be empty.
std::string PrintJson(const Topology& topology, const EngineFactsBook& engines = {});

}  // namespace bowline
