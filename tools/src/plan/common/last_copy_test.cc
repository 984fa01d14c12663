#include "plan/common/last_copy.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "testing/plan/running_cluster.h"
#include "testing/plan/running_set.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::RunningReport;
using testing::ServerName;

constexpr MemberName kP = ServerName(0);
constexpr MemberName kR1 = ServerName(1);
constexpr MemberName kR2 = ServerName(2);

/// Three servers, server-0 leads, all in sync. Change one thing, then ask one of them.
struct Set {
  Layout layout = Layout::Sentinel(3, 3);
  AddressBook addresses = testing::Addresses(Layout::Sentinel(3, 3));
  Reports reports;
  bool ready = true;

  Set() {
    for (const MemberName member : {kP, kR1, kR2}) reports[member] = RunningReport(member);
    for (const MemberName member : {kR1, kR2}) {
      EngineInfo& info = reports[member].engine.info;
      info.link_up = true;
      info.primary_host = addresses.at(kP).ip;
      info.last_io_seconds = 0;
      reports[kP].engine.info.replicas.push_back({.ip = addresses.at(member).ip,
                                                  .port = 6379,
                                                  .state = "online",
                                                  .offset = 1000,
                                                  .lag_seconds = 1});
    }
    reports[kP].engine.info.primary = true;
  }

  EngineInfo& Info(MemberName member) { return reports.at(member).engine.info; }
  ReplicaEntry& Entry(MemberName member) {
    for (ReplicaEntry& entry : Info(kP).replicas) {
      if (entry.ip == addresses.at(member).ip) return entry;
    }
    FAIL("not listed");
    std::unreachable();
  }
  /// The member's pod is gone: nobody hears it, and its primary has noticed.
  void Lose(MemberName member) {
    reports.erase(member);
    if (!reports.contains(kP)) return;
    std::erase_if(Info(kP).replicas,
                  [&](const ReplicaEntry& entry) { return entry.ip == addresses.at(member).ip; });
  }
  /// The primary is gone, and its replicas have noticed.
  void LosePrimary() {
    reports.erase(kP);
    for (auto& [member, report] : reports) {
      report.engine.info.link_up = false;
      report.engine.info.link_down_seconds = 1;
    }
  }
  [[nodiscard]] LastCopyInput Ask(MemberName self) const {
    LastCopyInput input{.layout = layout,
                        .self = self,
                        .own = reports.at(self),
                        .ready = ready,
                        .addresses = addresses,
                        .peers = reports};
    input.peers.erase(self);
    if (!AsksPeers(input)) input.peers.clear();
    return input;
  }
  [[nodiscard]] bool Kept(MemberName self) const {
    const auto verdict = JudgeLastCopy(Ask(self));
    REQUIRE(verdict);
    INFO(verdict->reason);
    CHECK_FALSE(verdict->reason.empty());
    return verdict->keep;
  }
  [[nodiscard]] std::string Why(MemberName self) const { return JudgeLastCopy(Ask(self))->reason; }
};

TEST_CASE("while all are in sync nobody is kept, and nobody is asked") {
  const Set set;
  for (const MemberName member : {kP, kR1, kR2}) {
    CAPTURE(member.ToString());
    CHECK_FALSE(set.Kept(member));
    CHECK_FALSE(AsksPeers(set.Ask(member)));
  }
  CHECK(set.Why(kP) == "server-1 is in sync");
}

TEST_CASE("a primary whose replicas are all gone is kept, until one is in sync again") {
  Set set;
  set.Lose(kR1);
  CHECK_FALSE(set.Kept(kP));
  set.Lose(kR2);
  CHECK(set.Kept(kP));
  CHECK(set.Why(kP) == "no other member is in sync (server-1: silent, server-2: silent)");

  Set back;
  back.Lose(kR2);
  back.Entry(kR1).state = "send_bulk";
  back.Info(kR1).link_up = false;
  back.Info(kR1).sync_in_progress = true;
  CHECK(back.Kept(kP));
  CHECK_THAT(back.Why(kP), ContainsSubstring("server-1: copying"));
  CHECK_FALSE(back.Kept(kR1));
  back.Entry(kR1).state = "online";
  back.Info(kR1).link_up = true;
  back.Info(kR1).sync_in_progress = false;
  CHECK_FALSE(back.Kept(kP));
}

TEST_CASE("what a primary lists is no copy") {
  Set set;
  set.Lose(kR2);
  SECTION("it has acknowledged nothing for some seconds") {
    set.Entry(kR1).lag_seconds = kInSyncLagSeconds + 1;
  }
  SECTION("it never has") { set.Entry(kR1).lag_seconds = -1; }
  SECTION("it has acknowledged nothing of the data") { set.Entry(kR1).offset = 0; }
  SECTION("it is copying") { set.Entry(kR1).state = "wait_bgsave"; }
  SECTION("it is no member") { set.Entry(kR1).ip = "10.9.9.9"; }
  SECTION("nobody knows where the member is") { set.addresses.erase(kR1); }
  SECTION("it is silent") {
    set.Entry(kR1).lag_seconds = 60;
    set.reports.erase(kR1);
  }
  CHECK(set.Kept(kP));
}

TEST_CASE("a broken replica is not kept while its primary has the data") {
  Set set;
  set.Lose(kR2);
  set.Entry(kR1).state = "wait_bgsave";
  Report& broken = set.reports.at(kR1);
  SECTION("its link is down") { broken.engine.info.link_up = false; }
  SECTION("it copies") { broken.engine.info.sync_in_progress = true; }
  SECTION("its engine does not answer") { broken.engine.answers = false; }
  SECTION("it loads") { broken.engine.info.loading = true; }
  CHECK_FALSE(set.Kept(kR1));
  CHECK(set.Kept(kP));
}

TEST_CASE("of replicas without a primary exactly one is kept") {
  Set set;
  set.LosePrimary();
  SECTION("equal ones: the lowest name") {
    CHECK(set.Kept(kR1));
    CHECK_FALSE(set.Kept(kR2));
  }
  SECTION("the one that has more") {
    set.Info(kR2).offset += 1;
    CHECK_FALSE(set.Kept(kR1));
    CHECK(set.Kept(kR2));
  }
  SECTION("histories that say nothing of each other: both") {
    set.Info(kR2).replication_id = "another";
    CHECK(set.Kept(kR1));
    CHECK(set.Kept(kR2));
  }
  SECTION("no history: both") {
    set.Info(kR1).replication_id = set.Info(kR2).replication_id = "";
    CHECK(set.Kept(kR1));
    CHECK(set.Kept(kR2));
  }
  SECTION("one holds nothing") {
    Report& empty = set.reports.at(kR1);
    empty.volume = VolumeKind::kFresh;
    empty.held = false;
    empty.engine.keys = 0;
    CHECK_FALSE(set.Kept(kR1));
    CHECK(set.Kept(kR2));
  }
  SECTION("one still hears a primary that the other one does not: that one is broken") {
    set.Info(kR2).link_up = true;
    CHECK_FALSE(set.Kept(kR1));
    CHECK_FALSE(Set().Kept(kR2));
  }
  SECTION("the other one is silent: it may have nothing") {
    set.reports.erase(kR1);
    CHECK(set.Kept(kR2));
  }
  SECTION("the other one stops or has not started: it may never come back") {
    set.reports.at(kR1).phase = GENERATE(Phase::kStopping, Phase::kGuard);
    CHECK(set.Kept(kR2));
  }
}

TEST_CASE("a link that is up, but silent for long, is no proof of a primary") {
  Set set;
  set.Lose(kR2);
  set.Info(kR1).last_io_seconds = kInSyncLagSeconds + 1;
  CHECK(AsksPeers(set.Ask(kR1)));
  CHECK_FALSE(set.Kept(kR1));  // the primary answers
  SECTION("the primary does not answer") { set.reports.erase(kP); }
  SECTION("it leads, but has no data") {
    Report& empty = set.reports.at(kP);
    empty.volume = VolumeKind::kFresh;
    empty.held = false;
    empty.engine.keys = 0;
  }
  SECTION("it is about to end") { set.reports.at(kP).phase = Phase::kStopping; }
  CHECK(set.Kept(kR1));
}

TEST_CASE("an engine that does not answer: the others tell whether there is another copy") {
  Set set;
  set.Lose(kR2);
  set.reports.at(kP).engine.answers = false;
  SECTION("a replica that has just heard from it") { CHECK_FALSE(set.Kept(kP)); }
  SECTION("a replica whose link is down") {
    set.Info(kR1).link_up = false;
    CHECK(set.Kept(kP));
  }
  SECTION("another one leads") {
    set.Info(kR1).primary = true;
    CHECK_FALSE(set.Kept(kP));
  }
  SECTION("nobody is heard") {
    set.reports.erase(kR1);
    CHECK(set.Kept(kP));
  }
}

TEST_CASE("two primaries: each may have what the other one has not") {
  Set set;
  set.Lose(kR2);
  set.Info(kP).replicas.clear();
  set.Info(kR1).primary = true;
  CHECK(set.Kept(kP));
  CHECK(set.Kept(kR1));
}

TEST_CASE(
    "a primary that is not ready is kept, also beside a replica: their budget counts neither") {
  Set set;
  set.ready = false;
  CHECK(set.Kept(kP));
  CHECK_FALSE(set.Kept(kR1));
  set.ready = true;
  CHECK_FALSE(set.Kept(kP));
}

TEST_CASE("who holds no data is never kept") {
  Set set;
  set.Lose(kR1);
  set.Lose(kR2);
  Report& report = set.reports.at(kP);
  report.engine.keys = 0;
  SECTION("it never did") {
    report.volume = VolumeKind::kFresh;
    report.held = false;
  }
  SECTION("it lost it") { report.volume = VolumeKind::kEmptied; }
  set.ready = GENERATE(true, false);
  CHECK_FALSE(set.Kept(kP));
}

TEST_CASE("where no other member is declared nobody is kept") {
  Set set;
  set.Lose(kR1);
  set.Lose(kR2);
  set.ready = GENERATE(true, false);
  set.layout = Layout::Sentinel(1, 3);
  CHECK_FALSE(set.Kept(kP));
  const testing::RunningCluster cluster({.shards = 3, .replicas_per_shard = 0});
  CHECK_FALSE(JudgeLastCopy({.layout = cluster.layout,
                             .self = testing::k00,
                             .own = cluster.reports.at(testing::k00),
                             .ready = false,
                             .addresses = {},
                             .peers = {}})
                  ->keep);
}

TEST_CASE("before the start and while stopping nothing changes") {
  Set set;
  set.Lose(kR1);
  set.Lose(kR2);
  set.reports.at(kP).phase = GENERATE(Phase::kGuard, Phase::kStopping);
  CHECK_FALSE(JudgeLastCopy(set.Ask(kP)));
}

TEST_CASE("other shards have no copy of this one") {
  const testing::RunningCluster cluster;
  LastCopyInput input{.layout = cluster.layout,
                      .self = testing::k00,
                      .own = cluster.reports.at(testing::k00),
                      .addresses = testing::Addresses(cluster.layout),
                      .peers = cluster.reports};
  input.peers.erase(testing::k00);
  input.peers.erase(testing::k01);
  CHECK(JudgeLastCopy(input)->keep);
  input.own.engine.info.replicas = {{.ip = input.addresses.at(testing::k01).ip,
                                     .port = 6379,
                                     .state = "online",
                                     .offset = 1,
                                     .lag_seconds = 0}};
  CHECK_FALSE(JudgeLastCopy(input)->keep);
}

TEST_CASE("status and check name the command") {
  Set set;
  CHECK(DescribeLastCopies("ns", set.reports).empty());
  Report& report = set.reports.at(kP);
  report.pod = "cache-server-0";
  report.last_copy = "why";
  CHECK(DescribeLastCopies("ns", set.reports) ==
        std::vector<std::string>{
            "server-0: last copy: why; its eviction is refused; to allow it: "
            "kubectl label pod -n ns cache-server-0 bowline/allow-eviction=true"});
  report.eviction_allowed = true;
  CHECK(DescribeLastCopies("ns", set.reports) ==
        std::vector<std::string>{"server-0: last copy: why; its eviction is allowed by the label "
                                 "bowline/allow-eviction"});
}

}  // namespace
}  // namespace bowline
