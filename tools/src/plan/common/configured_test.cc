// The condition bowline/Configured.

#include "plan/common/configured.h"

#include <catch2/catch_test_macros.hpp>
#include <format>

namespace bowline {
namespace {

ConfigurationState Applied() {
  ConfigurationState state;
  state.revision = state.directives_revision = "1a2b3c4d5e6f";
  return state;
}

constexpr std::chrono::milliseconds kOnce{1000};
constexpr std::chrono::milliseconds kPatience{7000};

const SettingChange kWaits{.value = "ports.http", .from = "1", .to = "2", .live = false};
const SettingChange kLive{.value = "log.level", .from = "info", .to = "debug", .live = true};

TEST_CASE("all that is declared holds") {
  const ConfiguredVerdict verdict = JudgeConfiguration(Applied());
  CHECK(verdict.holds);
  CHECK(verdict.reason == "Applied");
  CHECK(verdict.message == "revision 1a2b3c4d5e6f");
  CHECK(verdict.revision == "1a2b3c4d5e6f");
}

TEST_CASE("a chart without revisions") {
  const ConfiguredVerdict verdict = JudgeConfiguration({});
  CHECK(verdict.holds);
  CHECK(verdict.message == "without a revision");
}

TEST_CASE("what holds at once is not waited for") {
  ConfigurationState state = Applied();
  state.waiting = {kLive};
  CHECK(JudgeConfiguration(state).holds);
}

TEST_CASE("what waits for a start is told, of settings and of directives") {
  ConfigurationState state = Applied();
  state.waiting = {kWaits, kLive};
  state.directives_waiting = {
      {.value = "config.io-threads", .from = "1", .to = "4", .live = false}};
  const ConfiguredVerdict verdict = JudgeConfiguration(state);
  CHECK_FALSE(verdict.holds);
  CHECK(verdict.reason == "RestartNeeded");
  CHECK(verdict.message ==
        "revision 1a2b3c4d5e6f: ports.http: 1 -> 2 (from the next start of this container on), "
        "config.io-threads: 1 -> 4 (from the next start of this container on)");
}

TEST_CASE("directives of an earlier look prove nothing of the new revision") {
  ConfigurationState state = Applied();
  state.revision = "ffffffffffff";
  const ConfiguredVerdict verdict = JudgeConfiguration(state);
  CHECK_FALSE(verdict.holds);
  CHECK(verdict.reason == "Applying");
}

TEST_CASE("what is refused or cannot be read comes first") {
  ConfigurationState state = Applied();
  state.waiting = {kWaits};
  state.refused = "ERR no";
  state.revision = "ffffffffffff";  // corrected; nobody has tried that yet
  CHECK(JudgeConfiguration(state).reason == "Applying");
  state.revision = state.directives_revision;
  CHECK(JudgeConfiguration(state).reason == "Refused");
  CHECK(JudgeConfiguration(state).message == "revision 1a2b3c4d5e6f: ERR no");
  state.error = "bowline.json: no JSON";
  CHECK(JudgeConfiguration(state).reason == "Invalid");
}

TEST_CASE("one member sets new directives first, and the others wait for its word") {
  TurnInput input{.first = false,
                  .told = std::nullopt,
                  .revision = "new",
                  .waited = kOnce,
                  .patience = kPatience};
  const auto told = [&](std::string_view reason, std::string_view revision) {
    input.told = ConfiguredVerdict{.holds = reason == "Applied",
                                   .reason = std::string(reason),
                                   .message = "",
                                   .revision = std::string(revision)};
    return PlanTurn(input);
  };
  CHECK(PlanTurn(input) == Turn::kWait);  // silent, or an older program
  CHECK(told("Applied", "old") == Turn::kWait);
  CHECK(told("Refused", "old") == Turn::kWait);
  CHECK(told("Applying", "new") == Turn::kWait);
  CHECK(told("Invalid", "new") == Turn::kWait);
  CHECK(told("Refused", "new") == Turn::kRefused);
  CHECK(told("Applied", "new") == Turn::kSet);
  CHECK(told("RestartNeeded", "new") == Turn::kSet);
  input.waited = kPatience;
  CHECK(told("Applying", "new") == Turn::kSet);
  CHECK(told("Refused", "new") == Turn::kRefused);
  input.told.reset();
  CHECK(PlanTurn(input) == Turn::kSet);
}

TEST_CASE("the first member, and one whose chart tells no revision, wait for nobody") {
  CHECK(PlanTurn({.first = true, .told = std::nullopt, .revision = "new"}) == Turn::kSet);
  CHECK(PlanTurn({.first = false, .told = std::nullopt, .revision = ""}) == Turn::kSet);
}

struct Told {
  Reports reports;

  ConfiguredVerdict& By(int ordinal, std::string_view reason) {
    Report& report = reports[{.shard = 0, .ordinal = ordinal}];
    report.pod = std::format("demo-{}", ordinal);
    report.configured = {.holds = reason == "Applied",
                         .reason = std::string(reason),
                         .message = "the message",
                         .revision = "new"};
    return *report.configured;
  }
  [[nodiscard]] ConfigurationWords Words(bool asks_kubelet = true) const {
    return DescribeConfiguration("new", "apps", asks_kubelet, reports);
  }
};

TEST_CASE("members that follow what is declared are in order, and one that waits is no news") {
  Told told;
  told.By(0, "Applied");
  told.reports[{.shard = 0, .ordinal = 1}] = {};
  CHECK(told.Words().problems.empty());
  CHECK(told.Words().warnings.empty());
}

TEST_CASE("users made by hand are told, with what helps") {
  Told told;
  told.By(0, "Applied");
  Report& report = told.reports.begin()->second;
  report.foreign_users = {"hand", "peer-x"};
  REQUIRE(told.Words().warnings.size() == 1);
  CHECK(told.Words().warnings[0].contains("gone with its next start: hand, peer-x. Declare them"));
  report.foreign_users = {"peer-x"};
  report.kept_users.emplace();  // it keeps what it can
  REQUIRE(told.Words().warnings.size() == 1);
  CHECK(told.Words().warnings[0].contains("gone with its next start: peer-x. They are not kept"));
}

TEST_CASE("a running member that tells nothing is of an older program") {
  Told told;
  told.reports[{.shard = 0, .ordinal = 1}].phase = Phase::kRunning;
  CHECK(told.Words().problems.empty());
  REQUIRE(told.Words().warnings.size() == 1);
  CHECK(told.Words().warnings[0].contains("shard-0-1 does not tell"));
}

TEST_CASE("who cannot ask the kubelet for the files is a minute behind: no problem") {
  Told told;
  told.By(0, "Applied").revision = "old";
  CHECK(told.Words(false).problems.empty());
  CHECK(told.Words(false).warnings.size() == 1);
}

TEST_CASE("a large release looks seldom, and its first member is waited for longer") {
  CHECK(RevisionPeriod(6) == std::chrono::milliseconds(2000));
  CHECK(RevisionPeriod(200) == std::chrono::milliseconds(10'000));
  CHECK(PatienceWithFirst(200, true) > RevisionPeriod(200));
  CHECK(PatienceWithFirst(6, false) > std::chrono::minutes(1));
}

TEST_CASE("members that do not follow what is declared") {
  Told told;
  told.By(0, "Applied").revision = "old";
  told.By(1, "Refused");
  told.By(2, "Applying");
  told.By(3, "RestartNeeded");
  const ConfigurationWords words = told.Words();
  REQUIRE(words.problems.size() == 3);
  CHECK(words.problems[0].contains("shard-0-0 works by revision old"));
  CHECK(words.problems[1].contains("(Refused): the message"));
  CHECK(words.problems[2].contains("(Applying)"));
  REQUIRE(words.warnings.size() == 1);
  CHECK(words.warnings[0] ==
        "shard-0-3: the message; to restart it: kubectl delete pod -n apps demo-3");
}

}  // namespace
}  // namespace bowline
