#pragma once
// What a member knows of itself and of the others, as metrics of the program's own (base/
// own_metrics.h). Pure.

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "base/metrics.h"
#include "model/layout.h"
#include "plan/common/probe.h"
#include "plan/common/report.h"

namespace bowline {

/// A member that was heard longer ago is not seen. Members of one shard, servers and sentinels ask
/// each other each kQuietLook (base/timing.h), and once more with a time-out.
inline constexpr std::chrono::milliseconds kSeenWithin{10'000};
static_assert(kSeenWithin >= 3 * kQuietLook);

struct MemberFacts {
  Report report;
  Layout layout;
  Identity identity;  ///< with an empty installation: not known
  AddressBook addresses;
  Verdict ready;
  bool fenced = false;
  bool paused = false;
  std::chrono::milliseconds waited{0};  ///< of the start guard that runs now
  /// How long ago each other member's program was heard last: an answer, or a signed question.
  std::map<MemberName, std::chrono::milliseconds> heard;
  std::string_view info;  ///< INFO of the engine's last look
};

/// A reason in words as a label's value: numbers, addresses and ids are replaced by "#", so that
/// the number of different values is bounded by the number of reasons and of members' names. At
/// most 160 characters.
std::string ReasonLabel(std::string_view reason);

void AddMemberMetrics(const MemberFacts& facts, MetricSet& set);

}  // namespace bowline
