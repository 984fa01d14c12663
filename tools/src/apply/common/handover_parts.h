#pragma once
// What the handovers of all modes share.

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

Result<RespClient> ConnectTo(const HandoverContext& ctx, MemberName member, Deadline deadline);

/// Connections to those of `members` that answer, in their order; all are asked at once, by the
/// connections that are there already first. Who accepts a connection need not answer: its process
/// may be frozen.
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
