#pragma once
// How the release is as a whole, in one word that is written on the installation record
// (docs/decisions/0047-state-of-a-release.md). Pure.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "plan/common/topology.h"

namespace bowline {

/// Of the record: the label, and the annotations beside it.
inline constexpr const char* kState = "bowline/state";
inline constexpr const char* kStateReason = "bowline/state-reason";
inline constexpr const char* kStateSince = "bowline/state-since";
inline constexpr const char* kStateSeen = "bowline/state-seen";
inline constexpr const char* kStateBy = "bowline/state-by";

enum class ReleaseState {
  kForming,      ///< it has never been healthy yet, and no member has ever held keys
  kHealthy,      ///< all is as declared
  kDegraded,     ///< all data are served, and something is not as declared
  kUnavailable,  ///< a part of the data has no primary that takes writes
};
std::string_view ReleaseStateName(ReleaseState state);

/// What the record says.
struct RecordedState {
  std::string state;   ///< ReleaseStateName; empty: nobody has written one
  std::string reason;  ///< for people
  std::string since;   ///< when `state` became what it is: RFC 3339 in UTC, by its writer's clock
  std::string seen;    ///< when its writer last saw that it holds; the same
  std::string by;      ///< the member that wrote it
  bool operator==(const RecordedState&) const = default;
};
RecordedState ReadState(const std::map<std::string, std::string>& labels,
                        const std::map<std::string, std::string>& annotations);
/// Reason, since, seen and by.
std::map<std::string, std::string> StateAnnotations(const RecordedState& state);

/// What one member sees.
struct ReleaseLook {
  ReleaseState state = ReleaseState::kForming;
  std::string reason;
  bool majority = false;          ///< of those who elect is among the reports
  std::vector<MemberName> heard;  ///< whose reports are there
};

/// `topology`: of these reports, which have the own one, too. `recorded`: it was healthy once?
ReleaseLook LookAtRelease(const Layout& layout, const Topology& topology, const Reports& reports,
                          const ModeRules& rules, const RecordedState& recorded);

/// One member writes for all: of the servers that are heard the one with the lowest name, rather
/// one that runs than one that waits for its start. `reports` have the own one, too.
bool WritesState(MemberName self, const Reports& reports);

}  // namespace bowline
