#include "plan/sentinel/server_heal.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "plan/sentinel/may_be_promoted.h"
#include "testing/plan/running_set.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::kSentinel0;
using testing::kSentinel1;
using testing::kSentinel2;
using testing::kServer0;
using testing::kServer1;
using testing::kServer2;
using testing::RunningSet;

ServerHealInput Ask(const RunningSet& set, MemberName self) {
  ServerHealInput input{.layout = set.layout,
                        .own = set.reports.at(self),
                        .announced = set.addresses.at(self),
                        .addresses = set.addresses,
                        .peers = set.reports,
                        .held_back = false,
                        .lived = kPrimaryPatience};
  input.peers.erase(self);
  return input;
}

ServerHealPlan Plan(const RunningSet& set, MemberName self) {
  return PlanServerHeal(Ask(set, self));
}

TEST_CASE("a healthy set needs no repair, whoever leads") {
  for (const MemberName primary : {kServer0, kServer2}) {
    RunningSet set;
    set.Lead(primary);
    for (const MemberName self : set.layout.MembersOf(0)) {
      CHECK(Plan(set, self).Empty());
      CHECK(Plan(set, self).reason.empty());
    }
  }
}

TEST_CASE("the own Service has moved") {
  RunningSet set;
  ServerHealInput input = Ask(set, kServer1);
  input.announced.ip = "10.9.9.9";
  const ServerHealPlan plan = PlanServerHeal(input);
  CHECK(plan.announce == set.addresses.at(kServer1));
  CHECK_FALSE(plan.follow);
  CHECK_FALSE(plan.release);
  CHECK(plan.reason == "own Service moved from 10.9.9.9 to 10.96.0.2; ");
  input.addresses.erase(kServer1);  // cannot be looked up: no reason to change anything
  CHECK(PlanServerHeal(input).Empty());
}

TEST_CASE("nothing to do for an engine that takes no commands") {
  RunningSet set;
  set.Follow(kServer2, kServer1);
  ServerHealInput input = Ask(set, kServer2);
  input.announced.ip = "10.9.9.9";
  input.held_back = true;
  CHECK_FALSE(PlanServerHeal(input).Empty());
  SECTION("no answer") { input.own.engine.answers = false; }
  SECTION("loading") { input.own.engine.info.loading = true; }
  CHECK(PlanServerHeal(input).Empty());
}

TEST_CASE("a replica whose link goes to an old address follows the primary again") {
  RunningSet set;
  EngineInfo& info = set.InfoOf(kServer1);
  info.link_up = false;
  info.primary_host = "10.9.9.9";
  const ServerHealPlan plan = Plan(set, kServer1);
  CHECK(plan.follow == kServer0);
  CHECK(plan.reason ==
        "a replica of 10.9.9.9, which is no member's address, but a majority of the sentinels "
        "names server-0; ");
  SECTION("not while that link is up: a primary outside") { info.link_up = true; }
  SECTION("not while it copies from there") { info.sync_in_progress = true; }
  SECTION("not when the link goes to the right address: the engine tries by itself") {
    info.primary_host = set.addresses.at(kServer0).ip;
  }
  CHECK(Plan(set, kServer1).Empty());
}

TEST_CASE("a replica of a member that does not lead") {
  RunningSet set;
  set.Follow(kServer2, kServer1);
  EngineInfo& info = set.InfoOf(kServer2);
  SECTION("link up") {}
  SECTION("link down") { info.link_up = false; }
  SECTION("copying") {
    info.link_up = false;
    info.sync_in_progress = true;
  }
  SECTION("of a second primary") { set.InfoOf(kServer1).primary = true; }
  SECTION("of a member that does not answer") { set.Silence(kServer1); }
  SECTION("of itself") { set.Follow(kServer2, kServer2); }
  const ServerHealPlan plan = Plan(set, kServer2);
  CHECK(plan.follow == kServer0);
  CHECK_THAT(plan.reason, ContainsSubstring("a replica of server-"));
  CHECK_THAT(plan.reason, ContainsSubstring("a majority of the sentinels names server-0"));
}

TEST_CASE("an old primary that comes back follows the one that replaced it") {
  RunningSet set;
  set.Lead(kServer1);
  set.InfoOf(kServer0).primary = true;
  const ServerHealPlan plan = Plan(set, kServer0);
  CHECK(plan.follow == kServer1);
  CHECK(plan.reason == "a primary, but a majority of the sentinels names server-1; ");
  CHECK(Plan(set, kServer1).Empty());
  SECTION("a majority is enough") {
    set.Silence(kSentinel2);
    CHECK(Plan(set, kServer0).follow == kServer1);
  }
  SECTION("the third one may still name the old primary, and finish its failover") {
    set.Lead(kServer0).Name(kSentinel0, kServer1).Name(kSentinel1, kServer1);
    set.InfoOf(kServer1).primary = true;
    set.ViewOf(kSentinel2).failing_over = true;
    CHECK(Plan(set, kServer0).follow == kServer1);
  }
}

TEST_CASE("one that has just been promoted does not give the lead back by an old word") {
  // Seen: promoted, and 50 ms later a replica of the member that was about to step back.
  RunningSet set;
  set.Lead(kServer1);
  set.InfoOf(kServer0).primary = true;
  const std::uint64_t told = set.ViewOf(kSentinel0).epochs.config;
  ServerHealInput input = Ask(set, kServer0);
  input.changed = {.ago = kRoleSettles - std::chrono::milliseconds(1), .epoch = told};
  CHECK(PlanServerHeal(input).Empty());
  input.changed->epoch = told - 1;  // its own promotion may be of the epoch that is told
  CHECK(PlanServerHeal(input).Empty());
  SECTION("not for long") { input.changed->ago = kRoleSettles; }
  SECTION("by a later epoch at once: it has been replaced since") {
    input.changed->epoch = told - 2;
  }
  CHECK(PlanServerHeal(input).follow == kServer1);
}

TEST_CASE("a replica that has just been moved does not go back by an old word") {
  RunningSet set;
  set.Lead(kServer1).Follow(kServer2, kServer0);
  ServerHealInput input = Ask(set, kServer2);
  REQUIRE(PlanServerHeal(input).follow == kServer1);
  input.changed = {.ago = std::chrono::milliseconds(100),
                   .epoch = set.ViewOf(kSentinel0).epochs.config};
  CHECK(PlanServerHeal(input).Empty());
}

TEST_CASE("follows nobody") {
  RunningSet set;
  set.Lead(kServer1);
  set.InfoOf(kServer0).primary = true;
  set.Follow(kServer2, kServer0);
  SECTION("without a majority of the declared sentinels") {
    set.Silence(kSentinel0).Silence(kSentinel1);
  }
  SECTION("by what sentinels have only saved") {
    set.ViewOf(kSentinel0).answers = set.ViewOf(kSentinel1).answers = false;
  }
  SECTION("without a common word") { set.Silence(kSentinel0).Name(kSentinel1, kServer0); }
  SECTION("that does not answer") { set.Silence(kServer1); }
  SECTION("whose engine does not answer") { set.Of(kServer1).engine.answers = false; }
  SECTION("that has not started yet") { set.Of(kServer1).phase = Phase::kGuard; }
  SECTION("that stops") { set.Of(kServer1).phase = Phase::kStopping; }
  SECTION("that is a replica") { set.Follow(kServer1, kServer2); }
  SECTION("that is loading") { set.InfoOf(kServer1).loading = true; }
  SECTION("whose address is not known") { set.addresses.erase(kServer1); }
  SECTION("that a failover is about to replace") { set.ViewOf(kSentinel2).failing_over = true; }
  SECTION("that a failover has replaced, by a later word") { set.Name(kSentinel2, kServer0); }
  CHECK(Plan(set, kServer0).Empty());
  CHECK(Plan(set, kServer2).Empty());
}

TEST_CASE("the named member itself never follows") {
  RunningSet set;
  SECTION("as primary, though there is another one") { set.InfoOf(kServer1).primary = true; }
  SECTION("as a replica that Sentinel has yet to promote") {
    set.Follow(kServer0, kServer1).InfoOf(kServer1).primary = true;
  }
  CHECK(Plan(set, kServer0).Empty());
}

TEST_CASE("a planned failover at every step: nobody undoes it") {
  // facts/sentinel.md 2: the leader (sentinel-0) goes first, the majority follows a second later.
  RunningSet set;
  const auto nobody = [&] {
    for (const MemberName self : set.layout.MembersOf(0)) CHECK(Plan(set, self).Empty());
  };
  set.ViewOf(kSentinel0).failing_over = true;
  nobody();
  set.InfoOf(kServer1).primary = true;  // promoted
  nobody();
  set.Follow(kServer2, kServer1);  // moved by the leader
  nobody();
  set.Name(kSentinel0, kServer1).ViewOf(kSentinel0).failing_over = false;  // the leader is done
  nobody();
  set.Name(kSentinel1, kServer1);  // a majority
  CHECK(Plan(set, kServer0).follow == kServer1);
  CHECK(Plan(set, kServer1).Empty());
  CHECK(Plan(set, kServer2).Empty());
}

TEST_CASE("a server that was held back is released when it holds what its primary has") {
  RunningSet set;
  for (const MemberName member : {kServer0, kServer2}) set.Of(member).epoch = 2;
  set.Of(kServer1).epoch = 1;
  ServerHealInput input = Ask(set, kServer1);
  input.held_back = true;
  bool release = false;
  SECTION("in sync") { release = true; }
  SECTION("in sync, while the sentinels are silent") {
    for (const MemberName sentinel : set.layout.Sentinels()) input.peers.erase(sentinel);
    release = true;
  }
  SECTION("copying") {
    input.own.engine.info.link_up = false;
    input.own.engine.info.sync_in_progress = true;
  }
  SECTION("copying again, over a link that counts as up") {
    input.own.engine.info.sync_in_progress = true;
  }
  SECTION("link down") { input.own.engine.info.link_up = false; }
  SECTION("in sync with a member that does not lead") {
    input.own.engine.info.primary_host = set.addresses.at(kServer2).ip;
    CHECK(PlanServerHeal(input).follow == kServer0);
  }
  SECTION("the primary") {
    input = Ask(set, kServer0);
    input.held_back = true;
    release = true;
  }
  SECTION("a primary that has been replaced") {
    input = Ask(set.Lead(kServer2), kServer1);
    input.held_back = input.own.engine.info.primary = true;
    CHECK(PlanServerHeal(input).follow == kServer2);
  }
  SECTION("not held back") { input.held_back = false; }
  CHECK(PlanServerHeal(input).release == release);
  CHECK(PlanServerHeal(input).reason.contains("promoted") == release);
}

TEST_CASE("a server that was held back is released when nobody is known to hold more") {
  RunningSet set;
  set.InfoOf(kServer1).link_up = false;
  bool release = false;
  SECTION("all are heard") { release = true; }
  SECTION("one server is silent") {
    set.Silence(kServer0);
    release = true;
  }
  SECTION("also when it follows another one from now on") {
    set.Follow(kServer1, kServer2);
    release = true;
  }
  SECTION("not while two are silent") { set.Silence(kServer0).Silence(kServer2); }
  SECTION("not while another one has more") { set.InfoOf(kServer2).offset = 1001; }
  SECTION("not without data") {
    set.Of(kServer1).volume = VolumeKind::kFresh;
    set.Of(kServer1).held = false;
    set.Of(kServer1).engine.keys = 0;
  }
  SECTION("not while it loads") { set.InfoOf(kServer1).loading = true; }
  ServerHealInput input = Ask(set, kServer1);
  CHECK_FALSE(PlanServerHeal(input).release);
  input.held_back = true;
  const ServerHealPlan plan = PlanServerHeal(input);
  CHECK(plan.release == release);
  CHECK(plan.reason.contains("no other server is known to hold a newer dataset") == release);
}

/// server-1 has been started anew from its append-only file; the others are about to start.
RunningSet AllKilled() {
  RunningSet set;
  const auto position = [](std::int64_t offset) {
    return ReplicationPosition{
        .replication_id = std::string(40, 'a'), .offset = offset, .epoch = 5};
  };
  for (const MemberName member : {kServer0, kServer2}) {
    Report& report = set.Of(member);
    report.phase = Phase::kGuard;
    report.engine = {};
    report.volume = VolumeKind::kData;
    report.epoch = 5;
    report.position = position(2000);
  }
  Report& own = set.Of(kServer1);
  own.volume = VolumeKind::kData;
  own.epoch = 5;
  own.position = position(1000);
  own.engine.info.link_up = false;
  own.engine.info.replication_id = std::string(40, 'f');  // a new one
  own.engine.info.offset = 1;
  return set;
}

TEST_CASE("after a death of all, a replica is held back while others hold more") {
  RunningSet set = AllKilled();
  bool release = false;
  SECTION("its primary comes, and has more") {}
  SECTION("its primary comes, though its position is older: positions are a second old") {
    set.Of(kServer0).position->offset = set.Of(kServer2).position->offset = 900;
  }
  SECTION("its primary is gone, the other replica has more by its volume's noted position") {
    set.Silence(kServer0);
  }
  SECTION("the same, and the other one runs as little in sync as this one") {
    set.Silence(kServer0);
    Report& other = set.Of(kServer2);
    other.phase = Phase::kRunning;
    other.engine = set.Of(kServer1).engine;
    other.engine.info.replication_id = std::string(40, 'e');
  }
  SECTION("its primary is gone, the other replica has less") {
    set.Silence(kServer0);
    set.Of(kServer2).position->offset = 900;
    release = true;
  }
  SECTION("its primary comes with nothing but an earlier epoch") {
    set.Of(kServer0).epoch = set.Of(kServer2).epoch = 4;
    release = true;
  }
  std::chrono::milliseconds lived = kPrimaryPatience;
  SECTION("its primary may still come: it has what was acknowledged last") {
    set.Silence(kServer0);
    set.Of(kServer2).position->offset = 900;
    lived -= std::chrono::milliseconds(1);
  }
  ServerHealInput input = Ask(set, kServer1);
  input.held_back = true;
  input.lived = lived;
  CHECK(PlanServerHeal(input).release == release);
}

TEST_CASE("after a death of all, a primary that has not come back is replaced") {
  RunningSet set = AllKilled();
  set.Silence(kServer0);
  set.InfoOf(kServer1).link_down_seconds = -1;
  for (const MemberName name : set.layout.Sentinels()) set.ViewOf(name).primary_down = true;
  std::chrono::milliseconds lived = kPrimaryPatience + std::chrono::seconds(4);
  bool held_back = false;
  bool replace = false;
  SECTION("it has been waited for") { replace = true; }
  SECTION("the first of the servers asks first") { lived -= std::chrono::milliseconds(1); }
  SECTION("not by one that must not be promoted") { held_back = true; }
  SECTION("it is there") { set.reports[kServer0] = AllKilled().Of(kServer0); }
  SECTION("this one has been in sync: the sentinels promote it by themselves") {
    set.InfoOf(kServer1).link_down_seconds = 40;
  }
  SECTION("too few sentinels find it dead") {
    set.ViewOf(kSentinel0).primary_down = set.ViewOf(kSentinel1).primary_down = false;
  }
  SECTION("too few sentinels are heard: it may lead on the other side of a cut") {
    set.Silence(kSentinel0).Silence(kSentinel1);
  }
  SECTION("a sentinel does it already") { set.ViewOf(kSentinel2).failing_over = true; }
  ServerHealInput input = Ask(set, kServer1);
  input.lived = lived;
  input.held_back = held_back;
  CHECK(PlanServerHeal(input).replace == (replace ? std::optional(kServer0) : std::nullopt));
}

}  // namespace
}  // namespace bowline
