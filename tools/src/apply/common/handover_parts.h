#pragma once
// What the handovers of all modes share.

#include <map>
#include <string>
#include <vector>

#include "apply/common/handover.h"
#include "base/timing.h"

namespace bowline {

/// Between two looks at what a handover waits for.
inline constexpr Milliseconds kHandoverPoll{10};
/// The same while writes wait, with connections that are there already.
inline constexpr Milliseconds kSwitchPoll{2};

/// Where the member is; kUnavailable when that is not known.
Result<Endpoint> AddressOf(const HandoverContext& ctx, MemberName member);

/// A connection to a server or a sentinel: one that is kept, if it answers, else a new one.
Result<RespClient> ConnectTo(const HandoverContext& ctx, MemberName member, Deadline deadline);

using MemberAnswers = std::map<MemberName, Result<RespClient::Done>>;

/// Asks all members the same at once: first by the connections that are kept, then by new ones
/// those that did not answer, which may get the question twice. Errors are those of
/// RespClient::AskAll, or kUnavailable for a member without a known address.
MemberAnswers AskMembers(const HandoverContext& ctx, const std::vector<MemberName>& members,
                         const std::vector<std::string>& words, const Credentials& login,
                         Deadline deadline);

/// Connections to those of `members` that answer a PING, in their order. A process that accepts a
/// connection need not answer: it may be frozen.
std::vector<RespClient> ConnectToLiving(const HandoverContext& ctx,
                                        const std::vector<MemberName>& members, Deadline deadline);

/// Everybody's report, the own one from where `self` really is.
Reports LookAtAll(const HandoverContext& ctx, Deadline deadline);

/// The member's role; asked on a new connection (a promotion resets connections).
Result<bool> IsPrimary(const HandoverContext& ctx, MemberName member, Deadline deadline);

/// Waits while the primary takes no writes until `replica` has all of them. kDeadlineExceeded.
Status WaitForEqualOffsets(RespClient& primary, RespClient& replica, Deadline deadline);

/// kAborted unless the engine holds at least what `target` held when it was chosen, or leads.
Status StillFit(const EngineInfo& info, const TakeOverTarget& target);

/// Until `member` answers as a primary. kDeadlineExceeded.
Status WaitUntilPrimary(const HandoverContext& ctx, MemberName member, Deadline deadline);

/// Until a majority says that `member` leads. kDeadlineExceeded.
Status WaitForMajority(const HandoverContext& ctx, MemberName member, Deadline deadline);

}  // namespace bowline
