#pragma once
// Must Kubernetes keep this member's pod, because no other member of its shard has the data? Pure.
// Why so, and what it does to the disruption budgets: docs/decisions/0022-last-copy.md.

#include <optional>
#include <string>
#include <vector>

#include "model/layout.h"
#include "plan/common/shard_view.h"

namespace bowline {

/// A replica that has acknowledged nothing for longer is not in sync, whatever its state. Each
/// acknowledges once a second.
inline constexpr int kInSyncLagSeconds = 2;
/// A replica whose link is up, but on which nothing has come for longer, does not know whether its
/// primary lives. The engines send a ping each 10 s.
inline constexpr int kLinkSilenceSeconds = 12;

struct LastCopyInput {
  Layout layout;  ///< as it is declared by now
  MemberName self;
  Report own;
  bool ready = true;      ///< its own readiness (plan/common/probe.h)
  AddressBook addresses;  ///< of the member Services
  Reports peers;          ///< of the shard's other members: those that have answered a moment ago
};

struct LastCopyVerdict {
  bool keep = false;   ///< no eviction
  std::string reason;  ///< "no other member is in sync (server-1: silent, server-2: copying)"
};

/// The pod is kept when the member holds data and
/// - no other member of the shard is in sync, although one is declared; what is not known counts
///   for nothing: a silent member has no copy;
/// - or it leads and is not ready: an unready pod may always be evicted by the shard's budget, also
///   together with all of its replicas.
/// Of replicas whose primary is gone, the one that has the most is kept, of equal ones the lowest
/// name. Nothing: it cannot be told now (before the start and while stopping); what was said last
/// still holds.
std::optional<LastCopyVerdict> JudgeLastCopy(const LastCopyInput& input);

/// Can the verdict depend on `peers`? They need not be asked otherwise.
bool AsksPeers(const LastCopyInput& input);

/// What lets Kubernetes evict the pod all the same: a command.
std::string AllowEvictionCommand(const std::string& name_space, const std::string& pod);

/// A line about each member whose pod is kept, for `status` and `check`.
std::vector<std::string> DescribeLastCopies(const std::string& name_space, const Reports& reports);

}  // namespace bowline
