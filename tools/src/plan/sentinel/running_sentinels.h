#pragma once
// Sentinel mode: what the sentinels' processes say right now. What they have only saved does not
// count here (see quorum_view.h): who acts on a running set needs the word of those that run it.

#include <cstdint>
#include <optional>

#include "model/layout.h"
#include "plan/common/shard_view.h"

namespace bowline {

struct RunningSentinels {
  int answering = 0;  ///< whose process answers
  /// Whom the processes of more than half of the declared sentinels name; empty: no such majority.
  std::optional<MemberName> named;
  /// Nobody is about to replace `named`: no sentinel leads a failover away from it, and none names
  /// another member with a later config epoch. Between the promotion of a replica and the word of
  /// the majority lies about one second (facts/sentinel.md 2), and then both of them run as
  /// primaries.
  bool settled = false;
  /// The latest config epoch in which one of these processes names `named`.
  std::uint64_t epoch = 0;
};

/// Pure. `reports` may hold any members.
RunningSentinels AskSentinels(const Layout& layout, const Reports& reports);

/// Do the processes of more than half of the declared sentinels name `member`?
bool NamedByMajority(const Layout& layout, const Reports& reports, MemberName member);

/// The report's sentinel, when its process answers; nullptr otherwise.
const SentinelSnapshot* AnsweringSentinel(const Reports& reports, MemberName sentinel);

/// Do the processes of more than half of the declared sentinels answer?
bool HearsMajority(const Layout& layout, const Reports& sentinels);

/// Whose Services are to be looked up, by what a sentinel's process says: servers and sentinels
/// that it has no connection with or takes for down, the primary among them. All of `layout`, when
/// it knows somebody at no member's address: a Service may have been made anew, and connections
/// over the old address go on.
std::vector<MemberName> LookedUpFor(const Layout& layout, const SentinelSnapshot& sentinel,
                                    const AddressBook& addresses);

/// The same by what a server's engine says: all, when a replica of it, or its primary, is at no
/// member's address.
std::vector<MemberName> LookedUpFor(const Layout& layout, const EngineInfo& info,
                                    const AddressBook& addresses);

}  // namespace bowline
