#pragma once
// How a sentinel may start: which server it watches, and with which epochs.

#include <optional>
#include <string>

#include "plan/roll_call.h"
#include "plan/start.h"

namespace bowline {

struct SentinelPlan {
  StartAction action = StartAction::kWait;  ///< kWait, kRefuse, kAdopt or kResume
  std::string reason;
  std::optional<MemberName> primary;  ///< kResume: whom to watch
  SentinelEpochs epochs;              ///< kResume
  std::string installation;           ///< kAdopt
};

/// With a memory of its own a sentinel waits for nobody: a later epoch that it hears wins. Without
/// one it takes the word of a majority of the others, and decides like the servers
/// (plan/roll_call.h) only when no majority knows.
SentinelPlan PlanSentinelStart(const StartInput& input);

}  // namespace bowline
