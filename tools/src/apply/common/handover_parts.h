#pragma once
// What the handovers of all modes share.

#include <vector>

#include "apply/common/handover.h"
#include "sys/parallel.h"

namespace bowline {

inline constexpr Milliseconds kHandoverCall{1000};
inline constexpr Milliseconds kHandoverPoll{10};
/// The same while writes wait, with connections that are there already.
inline constexpr Milliseconds kSwitchPoll{2};

/// What `ask(member)`, a Result, says of each member, in their order. All are asked at once: a dead
/// node costs one deadline, and not the answers of the others.
template <typename Ask>
auto AskAtOnce(const std::vector<MemberName>& members, const Ask& ask) {
  std::vector<decltype(ask(members.front()))> answers;
  answers.reserve(members.size());
  for (const MemberName member : members) {
    answers.push_back(Fail(Code::kUnavailable, "{} was not asked", member.ToString()));
  }
  Parallel(members.size(), members.size(), [&](std::size_t i) { answers[i] = ask(members[i]); });
  return answers;
}

/// Where the member is; kUnavailable when that is not known.
Result<Endpoint> AddressOf(const HandoverContext& ctx, MemberName member);

Result<RespClient> ConnectTo(const HandoverContext& ctx, MemberName member, Deadline deadline);

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
