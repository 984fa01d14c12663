#pragma once
// The sentinels of an installation, asked and told directly.

#include <cstdint>
#include <string>
#include <vector>

#include "apply/common/handover.h"

namespace bowline {

/// One sentinel that answers, and what it says.
struct AskedSentinel {
  MemberName member;
  SentinelSnapshot view;
};

struct AskedSentinels {
  std::vector<AskedSentinel> all;
  std::string failures;  ///< of those that do not answer

  /// How many of them name `member` as the primary.
  [[nodiscard]] std::ptrdiff_t Naming(MemberName member) const;
};

/// All of them at once, each within a second.
AskedSentinels AskSentinelProcesses(const HandoverContext& ctx, Deadline deadline);

/// Whom the processes of more than half of the declared sentinels name now; empty: no such
/// majority.
std::optional<MemberName> NamedByProcesses(const HandoverContext& ctx, Deadline deadline);

/// Tells every sentinel, through the servers, that `primary` leads with `epoch`: the message with
/// which sentinels tell each other (sentinel.c, sentinelSendHello and sentinelProcessHelloMessage).
/// A sentinel takes no message from itself, so it is sent in the name of two.
void TellSentinels(const HandoverContext& ctx, MemberName primary, std::uint64_t epoch,
                   std::vector<RespClient>& servers, Deadline deadline);

}  // namespace bowline
