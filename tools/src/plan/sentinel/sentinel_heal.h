#pragma once
// Sentinel mode: what a running sentinel must repair about itself. No sentinel ever forgets a
// member (facts/sentinel.md 5), and after a resize it may have heard of one that was just about to
// go.

#include <optional>
#include <string>

#include "plan/common/shard_view.h"

namespace bowline {

struct SentinelHealInput {
  Layout layout;
  MemberName self;
  AddressBook addresses;  ///< of all declared members, as their Services are now
  Reports reports;        ///< the own one, the other sentinels', the servers'
};

/// Pure. Why the own sentinel must be started anew, on a file of the declared members alone: it
/// lists addresses that are nobody's any more and that do not answer, or it has been refused for
/// 30 s by what it takes for a member that is well. Nothing: it need not; or not now, since a
/// sentinel is missing or of another opinion, a failover is on its way, the primary would tell it
/// of them again, or a sentinel of a lower ordinal comes first.
std::optional<std::string> WhyStartAnew(const SentinelHealInput& input);

}  // namespace bowline
