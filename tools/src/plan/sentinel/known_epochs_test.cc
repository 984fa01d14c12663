// Epochs that a server's own position does not tell yet.

#include "plan/sentinel/known_epochs.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "plan/sentinel/may_be_promoted.h"
#include "testing/plan/sentinel_rules.h"
#include "testing/plan/sentinel_start.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::ServerName;
using testing::StartingSet;

/// All servers ended; each of them holds data of `epoch`.
StartingSet AllEnded(std::uint64_t epoch) {
  StartingSet set;
  set.Guard(0).Guard(1).Guard(2);
  for (int i = 0; i < 3; ++i) set.Server(i).epoch = set.Server(i).position->epoch = epoch;
  return set;
}

bool MayBe(const StartingSet& set, int server) {
  Reports peers = set.reports;
  peers.erase(ServerName(server));
  return MayBePromoted(set.layout, peers, set.reports.at(ServerName(server)), ServerName(0),
                       kPrimaryPatience);
}

TEST_CASE("the named server's data is of the epoch in which it is named") {
  StartingSet set = AllEnded(3);
  set.Lead(0, 5).Guard(0);
  set.Server(1).epoch = set.Server(1).position->epoch = 4;  // it led before, and has noted that
  CHECK(set.Plan(0).action == StartAction::kResume);
  CHECK_FALSE(MayBe(set, 1));
  SECTION("not by the word of too few sentinels") {
    set.Silence(testing::SentinelName(0)).Silence(testing::SentinelName(1));
    CHECK(set.Plan(0).action == StartAction::kWait);
  }
  SECTION("an epoch that is later still is newer") {
    set.Server(1).epoch = set.Server(1).position->epoch = 6;
    CHECK(set.Plan(0).action == StartAction::kWait);
    CHECK_THAT(set.Plan(0).reason, ContainsSubstring("server-1 holds a newer dataset"));
  }
}

TEST_CASE("the lead was given away and no sentinel has heard of it") {
  StartingSet set = AllEnded(3);
  set.Server(0).handover = HandoverNote{.to = ServerName(1), .epoch = 4};
  CHECK_THAT(set.Plan(0).reason, ContainsSubstring("server-1 holds a newer dataset"));
  CHECK(set.Plan(0).action == StartAction::kWait);
  CHECK(MayBe(set, 1));
  CHECK_FALSE(MayBe(set, 2));
  SECTION("the other one runs, so it leads") {
    EngineInfo& info = set.Server(1).engine.info;
    set.Server(1).phase = Phase::kRunning;
    set.Server(1).engine.answers = true;
    info.offset = 1;
    info.primary_host = set.addresses.at(ServerName(0)).ip;
    info.link_down_seconds = -1;
    const StartPlan plan = set.Plan(0);
    CHECK(plan.action == StartAction::kHandOver);
    CHECK(plan.target == ServerName(1));
  }
  SECTION("its data is gone: nothing is newer than what is here") {
    set.Guard(1, VolumeKind::kFresh);
    CHECK(set.Plan(0).action == StartAction::kResume);
  }
  SECTION("it is silent: it is waited for, but not for ever") {
    set.Silence(ServerName(1));
    StartInput input = set.Ask(ServerName(0));
    input.waited = kHandoverPatience - std::chrono::milliseconds(1);
    CHECK(PlanStart(input).action == StartAction::kWait);
    input.waited = kHandoverPatience;
    CHECK(PlanStart(input).action == StartAction::kResume);
  }
  SECTION("the sentinels have gone on since: the note tells nothing new") {
    set.Lead(0, 4).Guard(0);
    CHECK(set.Plan(0).action == StartAction::kResume);
    set.Silence(ServerName(1));
    StartInput input = set.Ask(ServerName(0));
    input.waited = kShardPatience;
    CHECK(PlanStart(input).action == StartAction::kResume);
  }
}

}  // namespace
}  // namespace bowline
