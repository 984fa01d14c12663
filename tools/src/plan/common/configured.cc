#include "plan/common/configured.h"

#include <algorithm>
#include <format>

#include "base/parse.h"
#include "plan/common/foreign_users.h"

namespace bowline {
namespace {

constexpr std::string_view kApplied = "Applied";
constexpr std::string_view kRefused = "Refused";
constexpr std::string_view kUsersRefused = "UsersRefused";
constexpr std::string_view kRestartNeeded = "RestartNeeded";

std::vector<SettingChange> NotLive(const std::vector<SettingChange>& changes) {
  std::vector<SettingChange> waiting;
  for (const SettingChange& change : changes) {
    if (!change.live) waiting.push_back(change);
  }
  return waiting;
}

}  // namespace

ConfiguredVerdict JudgeConfiguration(const ConfigurationState& state) {
  const std::string revision =
      state.revision.empty() ? "without a revision" : "revision " + state.revision;
  const auto verdict = [&](std::string_view reason, const std::string& what) {
    return ConfiguredVerdict{.holds = reason == kApplied,
                             .reason = std::string(reason),
                             .message = what.empty() ? revision : revision + ": " + what,
                             .revision = state.revision};
  };
  if (!state.error.empty()) return verdict("Invalid", state.error);
  if (state.directives_revision != state.revision) return verdict("Applying", "");
  if (state.passwords_pending) return verdict("Applying", "the Secret's passwords");
  if (!state.refused.empty()) return verdict(kRefused, state.refused);
  if (!state.users_refused.empty()) {
    return verdict(kUsersRefused, "auth.users: " + state.users_refused);
  }
  std::vector<SettingChange> waiting = NotLive(state.waiting);
  const std::vector<SettingChange> directives = NotLive(state.directives_waiting);
  waiting.insert(waiting.end(), directives.begin(), directives.end());
  if (!waiting.empty()) return verdict(kRestartNeeded, Tell(waiting));
  return verdict(kApplied, "");
}

std::chrono::milliseconds RevisionPeriod(std::size_t members) {
  constexpr std::chrono::milliseconds kLeast{2000};
  constexpr std::chrono::milliseconds kEach{50};
  return std::max(kLeast, static_cast<int>(members) * kEach);
}

std::chrono::milliseconds PatienceWithFirst(std::size_t members, bool asks_kubelet) {
  constexpr std::chrono::milliseconds kToAct{5000};
  constexpr std::chrono::milliseconds kKubelet{90'000};
  return asks_kubelet ? RevisionPeriod(members) + kToAct : kKubelet;
}

Turn PlanTurn(const TurnInput& input) {
  if (input.first || input.revision.empty()) return Turn::kSet;
  if (input.told && input.told->revision == input.revision) {
    if (input.told->reason == kRefused) return Turn::kRefused;
    for (const std::string_view taken : {kApplied, kRestartNeeded, kUsersRefused}) {
      if (input.told->reason == taken) return Turn::kSet;
    }
  }
  return input.waited < input.patience ? Turn::kWait : Turn::kSet;
}

ConfigurationWords DescribeConfiguration(const std::string& revision, const std::string& name_space,
                                         bool asks_kubelet, const Reports& reports) {
  ConfigurationWords words{.problems = {}, .warnings = DescribeKeptUsers(reports)};
  for (const auto& [member, report] : reports) {
    if (!report.foreign_users.empty()) {
      words.warnings.push_back(std::format(
          "{} has users that the release does not declare, and that are gone with its next start: "
          "{}. {}",
          member.ToString(), Join(report.foreign_users),
          report.kept_users
              ? "They are not kept: make them by other names, or see why the volume is not written"
              : "Declare them by auth.users, or keep them by auth.keepForeignUsers=true"));
    }
    if (!report.configured) {
      if (!revision.empty() && report.phase == Phase::kRunning) {
        words.warnings.push_back(std::format(
            "{} does not tell by which configuration it works: its program is older than the chart "
            "or it has just started. Changes of directives may wait for its next start",
            member.ToString()));
      }
      continue;
    }
    const ConfiguredVerdict& told = *report.configured;
    const std::string name = member.ToString();
    if (!told.holds && told.reason != kRestartNeeded) {
      words.problems.push_back(std::format("{}: the configuration is not in force ({}): {}", name,
                                           told.reason, told.message));
    } else if (!revision.empty() && told.revision != revision) {
      (asks_kubelet ? words.problems : words.warnings)
          .push_back(std::format("{} works by revision {} of the configuration, not by {}: the "
                                 "kubelet renews its files "
                                 "within about a minute",
                                 name, told.revision, revision));
    } else if (!told.holds) {
      words.warnings.push_back(std::format("{}: {}; to restart it: kubectl delete pod -n {} {}",
                                           name, told.message, name_space, report.pod));
    }
  }
  return words;
}

}  // namespace bowline
