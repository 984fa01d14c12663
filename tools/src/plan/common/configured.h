#pragma once
// Does a member work by the declared configuration? For the condition bowline/Configured, `status`
// and `check`. Pure.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "plan/common/settings_change.h"
#include "plan/common/shard_view.h"

namespace bowline {

/// Annotation of the release's ConfigMap: what its data are, in 12 characters.
inline constexpr const char* kRevision = "bowline/revision";
/// Annotation of a pod: the revision that its member waits for, and since when.
inline constexpr const char* kWantedRevision = "bowline/wants-revision";

/// What the looks at the mounted files have found.
struct ConfigurationState {
  std::string revision;                ///< declared; empty: the chart tells none
  std::string error;                   ///< why the mounted settings cannot be used
  std::string users_refused;           ///< which, and the process's words
  bool passwords_pending = false;      ///< other ones are declared than those in use
  std::vector<SettingChange> waiting;  ///< settings that hold from the next start on
  /// The revision at which the engine's directives were last looked at; a sentinel has none.
  std::string directives_revision;
  std::vector<SettingChange> directives_waiting;
  std::string refused;  ///< the engine's words to a directive
};

/// Invalid, Refused, RestartNeeded, Applying, or, when all holds, Applied.
ConfiguredVerdict JudgeConfiguration(const ConfigurationState& state);

/// One member sets new directives first, so that a value which an engine with data refuses holds
/// nowhere; the others wait for its word.
struct TurnInput {
  bool first = false;                     ///< this member is the one
  std::optional<ConfiguredVerdict> told;  ///< by the first one; empty: it is silent, or older
  std::string revision;                   ///< that is to be followed; empty: the chart tells none
  std::chrono::milliseconds waited{0};    ///< since this member has seen the change
  std::chrono::milliseconds patience{0};  ///< with a first one that does not try it
};
enum class Turn {
  kSet,      ///< now
  kWait,     ///< the first one has not tried it yet
  kRefused,  ///< its engine refuses this revision
};
Turn PlanTurn(const TurnInput& input);

/// Between two looks of a member at the ConfigMap's revision: all members of a release together
/// look 20 times a second at most.
std::chrono::milliseconds RevisionPeriod(std::size_t members);

/// The members see a change one after the other: within that period when they can ask the kubelet
/// to renew their files, else within the kubelet's minute.
std::chrono::milliseconds PatienceWithFirst(std::size_t members, bool asks_kubelet);

/// What the members tell of it, beside the revision that the asking container has mounted (empty:
/// none). Problems: a member does not follow that revision. Warnings: a part of it waits for a
/// start of the member, or the member cannot ask the kubelet for it (`asks_kubelet`: it has the
/// rights), or its program is older and does not tell.
struct ConfigurationWords {
  std::vector<std::string> problems;
  std::vector<std::string> warnings;
};
ConfigurationWords DescribeConfiguration(const std::string& revision, const std::string& name_space,
                                         bool asks_kubelet, const Reports& reports);

}  // namespace bowline
