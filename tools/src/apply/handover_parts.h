#pragma once
// What the handovers of both modes share. Only for apply/handover*.cc and
// apply/sentinel_failover.cc.

#include "apply/handover.h"

namespace bowline {

inline constexpr Milliseconds kHandoverCall{1000};
inline constexpr Milliseconds kHandoverPoll{10};

Result<RespClient> ConnectTo(const HandoverContext& ctx, MemberName member, Deadline deadline);

/// Everybody's card, the own one from where `self` really is.
Cards LookAtAll(const HandoverContext& ctx, Deadline deadline);

/// The member's role; asked on a new connection (a promotion resets connections).
Result<bool> IsPrimary(const HandoverContext& ctx, MemberName member, Deadline deadline);

/// Waits while the primary takes no writes until `replica` has all of them. kDeadlineExceeded.
Status WaitForEqualOffsets(RespClient& primary, RespClient& replica, Deadline deadline);

/// Do the others say by a majority that `member` leads: the primaries, or the sentinels?
bool Confirmed(const HandoverContext& ctx, const Cards& cards, MemberName member);

}  // namespace bowline
