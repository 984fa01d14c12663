#pragma once
// Diagnostic mode: the pod of a member stays up without its engine, so that a person can look at
// the volume and mend it. A member whose volume is refused ends again and again otherwise, and a
// container that has ended cannot be entered.

#include <string>
#include <vector>

#include "apply/common/mode_driver.h"
#include "runtime/live_settings.h"
#include "sys/env.h"

namespace bowline {

/// In place of a member's name: every member.
inline constexpr const char* kHeldAll = "all";

/// Is the member among these ("server-1")?
bool IsHeld(const std::vector<std::string>& held, MemberName self);

/// What the volume is, for people: "data", "refused (nodes.conf: ...)". Reads it, changes nothing.
std::string DescribeVolume(const Settings& settings, const Paths& paths, MemberName self,
                           const ModeRules& rules);

/// Answers the probes (started, alive, not ready), and says what the volume is: by an Event at
/// once, in the log each minute. The volume is neither locked nor changed, and other members hear
/// nothing. Returns 0 at SIGTERM. Call it from the main thread, with signals blocked. kUnavailable:
/// the probes' port is taken.
Result<int> HoldMember(LiveSettings& settings, DriverFor driver_for, const PodEnv& pod);

}  // namespace bowline
