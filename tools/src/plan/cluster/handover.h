#pragma once
// Cluster mode: what must hold before a planned handover to a replica that is in sync.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/timing.h"
#include "plan/common/handover_step.h"

namespace bowline {

/// For how long, from the moment at which the reports were asked for, nobody is elected in place of
/// `look.self`, so that a replica of it may take over without votes: a majority of the primaries
/// says that it leads, and takes it neither for failed nor suspects it (docs/decisions/0003).
/// Nothing: no majority says so.
std::optional<std::chrono::milliseconds> SecureSpan(const HandoverLook& look);

/// After a death: from the look at all primaries on, how long a replica may be told to take over
/// without votes. Until a majority has agreed that the primary has failed, nobody else is elected;
/// SecureSpan is the bound of that, and this one keeps the command close to its proof.
inline constexpr std::chrono::milliseconds kVotelessSpan{500};
/// Of one such look. A silent member is waited for so long, and time for the command must be left.
inline constexpr std::chrono::milliseconds kVotelessLook{250};
/// For how long it is tried again when an answer was late or an epoch was not known yet.
inline constexpr std::chrono::milliseconds kVotelessPatience{1500};
static_assert(2 * kVotelessLook <= kVotelessSpan);
static_assert(kVotelessPatience > kVotelessSpan + kUsualSwitch);
static_assert(kVotelessPatience + 2 * kUsualSwitch < kEngineGivesUp);

/// May a replica whose election has not come to an end take over without votes?
struct VotelessPlan {
  /// So long, from the moment at which the reports were asked for; nothing: it may not.
  std::optional<std::chrono::milliseconds> secure;
  std::string why;  ///< it may not
};

/// The engine of `look.self` has ended under its program, which alone can start it again, and the
/// replica `look.to` was told to ask for votes when its epoch (cluster_current_epoch) was
/// `epoch_before` (docs/decisions/0003, case 3).
VotelessPlan PlanWithoutVotes(const HandoverLook& look, std::uint64_t epoch_before);

/// The replica's last answer before it is told to take over without votes: does it still follow
/// the dead primary `self`, by a link that is down? `follows`: the member at the address that it
/// follows, if one is known there. kAborted: it follows another member, which was promoted
/// meanwhile. kUnavailable: its link is up, or nobody knows the address.
Status CheckOrphan(const EngineInfo& info, const std::optional<MemberName>& follows,
                   MemberName self);

/// Adds an obstacle to `step`, whose target is chosen, or for how long it may take over without
/// votes.
void CheckShardHandover(const HandoverLook& look, HandoverStep& step);

}  // namespace bowline
