#include "plan/common/release_state.h"

#include <algorithm>
#include <format>
#include <optional>
#include <utility>

#include "base/parse.h"
#include "plan/common/mode_rules.h"

namespace bowline {
namespace {

constexpr std::size_t kToldReasons = 3;

std::string ValueOf(const std::map<std::string, std::string>& values, const char* key) {
  const auto found = values.find(key);
  return found == values.end() ? std::string() : found->second;
}

bool TakesWrites(const Report& report, bool sharded) {
  return report.RunsAsPrimary() && report.fenced.empty() && report.engine.refusal.empty() &&
         (!sharded || report.engine.cluster.state_ok);
}

/// What of the data no primary takes writes for.
std::vector<std::string> Unserved(const Layout& layout, const Reports& reports, bool sharded) {
  std::vector<std::string> words;
  int slots = 0;
  bool all_read = true;
  for (int shard = 0; shard < layout.shards; ++shard) {
    bool served = false;
    for (const MemberName member : layout.MembersOf(shard)) {
      const auto report = reports.find(member);
      if (report == reports.end() || !TakesWrites(report->second, sharded)) continue;
      served = true;
      const NodesView& view = report->second.engine.view;
      all_read = all_read && view.Readable();
      if (!view.Readable()) continue;
      for (const SlotRange& range : view.Myself()->slots) slots += range.size();
    }
    if (served) continue;
    words.push_back(sharded ? std::format("no primary of shard {} takes writes", shard)
                            : "no primary takes writes");
  }
  if (sharded && words.empty() && all_read && slots < kSlotCount) {
    words.push_back(std::format("{} of {} slots are served", slots, kSlotCount));
  }
  return words;
}

/// The first few, and how many more there are: each of them counts for who reads it next.
std::string ReasonOf(const std::vector<std::string>& words) {
  if (words.size() <= kToldReasons) return Join(words);
  const std::vector<std::string> first(words.begin(), words.begin() + kToldReasons);
  return std::format("{}, and {} more", Join(first), words.size() - kToldReasons);
}

bool HearsMajority(const Layout& layout, const Reports& reports, const Topology& topology,
                   const ModeRules& rules) {
  const std::vector<MemberName> sentinels = layout.Sentinels();
  if (!sentinels.empty()) {
    const auto heard = std::ranges::count_if(sentinels, [&](MemberName member) {
      const auto report = reports.find(member);
      return report != reports.end() && report->second.sentinel && report->second.sentinel->answers;
    });
    return 2 * heard > std::ssize(sentinels);
  }
  const Identity identity{.installation = topology.installation, .name_space = "", .release = ""};
  return !rules.Sharded() || rules.View(layout, identity, reports, 0).quorum;
}

bool WasHealthy(const RecordedState& recorded, const Reports& reports) {
  if (!recorded.state.empty() && recorded.state != ReleaseStateName(ReleaseState::kForming)) {
    return true;
  }
  return std::ranges::any_of(reports, [](const auto& entry) { return entry.second.held; });
}

}  // namespace

std::string_view ReleaseStateName(ReleaseState state) {
  switch (state) {
    case ReleaseState::kForming:
      return "Forming";
    case ReleaseState::kHealthy:
      return "Healthy";
    case ReleaseState::kDegraded:
      return "Degraded";
    case ReleaseState::kUnavailable:
      return "Unavailable";
  }
  return "Unavailable";
}

RecordedState ReadState(const std::map<std::string, std::string>& labels,
                        const std::map<std::string, std::string>& annotations) {
  return {.state = ValueOf(labels, kState),
          .reason = ValueOf(annotations, kStateReason),
          .since = ValueOf(annotations, kStateSince),
          .seen = ValueOf(annotations, kStateSeen),
          .by = ValueOf(annotations, kStateBy)};
}

std::map<std::string, std::string> StateAnnotations(const RecordedState& state) {
  return {{kStateReason, state.reason},
          {kStateSince, state.since},
          {kStateSeen, state.seen},
          {kStateBy, state.by}};
}

ReleaseLook LookAtRelease(const Layout& layout, const Topology& topology, const Reports& reports,
                          const ModeRules& rules, const RecordedState& recorded) {
  ReleaseLook look{.majority = HearsMajority(layout, reports, topology, rules)};
  for (const auto& [member, report] : reports) look.heard.push_back(member);
  std::vector<std::string> words = Unserved(layout, reports, rules.Sharded());
  const bool serves = words.empty();
  words.insert(words.end(), topology.problems.begin(), topology.problems.end());
  if (words.empty()) {
    look.state = ReleaseState::kHealthy;
    look.reason = topology.warnings.empty() ? "as declared" : ReasonOf(topology.warnings);
    return look;
  }
  look.reason = ReasonOf(words);
  if (WasHealthy(recorded, reports)) {
    look.state = serves ? ReleaseState::kDegraded : ReleaseState::kUnavailable;
  }
  return look;
}

bool WritesState(MemberName self, const Reports& reports) {
  std::optional<std::pair<bool, MemberName>> writer;
  for (const auto& [member, report] : reports) {
    if (!member.HoldsData() || report.phase == Phase::kStopping) continue;
    const std::pair rank{report.phase != Phase::kRunning, member};
    if (!writer || rank < *writer) writer = rank;
  }
  return writer && writer->second == self;
}

}  // namespace bowline
