#pragma once
// Does this member work by the declared configuration? Put together from the looks at the mounted
// settings and at the engine's directives; told by the condition bowline/Configured and in the
// member's report (plan/common/configured.h).

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "apply/common/live_state.h"
#include "apply/common/pod_conditions.h"
#include "plan/common/configured.h"
#include "runtime/live_settings.h"

namespace bowline {

/// Thread-safe.
class Configuration {
 public:
  /// A member with directives (a server) tells nothing before it has looked at them.
  Configuration(const LiveSettings& settings, LiveState& live, PodConditions& conditions,
                bool has_directives);

  /// What the look at the directives has found: the revision that was mounted before it, what waits
  /// for the engine's next start, what the engine has refused.
  void SetDirectives(const std::string& revision, std::vector<SettingChange> waiting,
                     std::string refused);
  /// The users that the process refuses, and why; empty: none.
  void SetUsersRefused(std::string refused);
  /// Tells what has changed. To be called after each look at the mounted settings.
  void Look();

 private:
  const LiveSettings& settings_;
  LiveState& live_;
  PodConditions& conditions_;
  const bool has_directives_;
  std::mutex mutex_;
  ConfigurationState state_;
  bool looked_;  ///< at the directives
  std::optional<ConfiguredVerdict> told_;
};

}  // namespace bowline
