// When a sentinel is started anew, so that it forgets members that are gone.

#include "plan/sentinel/sentinel_heal.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "testing/plan/running_set.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::kSentinel0;
using testing::kSentinel1;
using testing::kSentinel2;
using testing::kServer0;
using testing::kServer1;
using testing::RunningSet;

const SentinelPeer kGone{.ip = "10.96.9.9", .port = 6379, .id = "gone", .down = true};

std::string Why(const RunningSet& set, MemberName self) {
  return WhyStartAnew({.layout = set.layout,
                       .self = self,
                       .addresses = set.addresses,
                       .reports = set.reports})
      .value_or("");
}

TEST_CASE("a sentinel that lists nobody but the declared members is left alone") {
  RunningSet set;
  CHECK(Why(set, kSentinel0).empty());
  set.ViewOf(kSentinel0).replicas.front().down = true;  // a declared one may come back
  CHECK(Why(set, kSentinel0).empty());
}

TEST_CASE("a dead entry of a member that is gone is a reason, of a replica and of a sentinel") {
  RunningSet set;
  const bool replica = GENERATE(true, false);
  auto& view = set.ViewOf(kSentinel1);
  (replica ? view.replicas : view.sentinels).push_back(kGone);
  CHECK_THAT(Why(set, kSentinel1), ContainsSubstring("10.96.9.9:6379"));
  CHECK(Why(set, kSentinel0).empty());
  CHECK(Why(set, kSentinel2).empty());
}

TEST_CASE("a member that is well, but has refused for long, is a reason") {
  RunningSet set;
  auto& view = set.ViewOf(kSentinel1);
  SentinelPeer& peer = GENERATE(true, false) ? view.replicas.front() : view.sentinels.back();
  const MemberName member = *MemberAt(set.addresses, peer.ip);
  peer.down = true;
  peer.connected = true;
  peer.silent_milliseconds = 30'000;
  CHECK_THAT(Why(set, kSentinel1), ContainsSubstring(member.ToString()));
  CHECK(Why(set, kSentinel0).empty());
  SECTION("it has answered since") { peer.silent_milliseconds = 29'999; }
  SECTION("it is not down") { peer.down = false; }
  SECTION("it is connected to anew anyway") { peer.connected = false; }
  SECTION("it is silent itself") { set.Silence(member); }
  CHECK(Why(set, kSentinel1).empty());
}

TEST_CASE("a replica that is not well itself is no reason") {
  RunningSet set;
  SentinelPeer& peer = set.ViewOf(kSentinel1).replicas.front();
  const MemberName member = *MemberAt(set.addresses, peer.ip);
  peer.down = true;
  peer.connected = true;
  peer.silent_milliseconds = 60'000;
  REQUIRE_FALSE(Why(set, kSentinel1).empty());
  SECTION("its link is down") { set.InfoOf(member).link_up = false; }
  SECTION("it has not started") { set.Of(member).phase = Phase::kGuard; }
  CHECK(Why(set, kSentinel1).empty());
}

TEST_CASE("one sentinel at a time, the lowest ordinal first") {
  RunningSet set;
  set.ViewOf(kSentinel1).replicas.push_back(kGone);
  set.ViewOf(kSentinel2).replicas.push_back(kGone);
  CHECK_FALSE(Why(set, kSentinel1).empty());
  CHECK(Why(set, kSentinel2).empty());
  set.Name(kSentinel1, kServer0);  // it has forgotten
  CHECK_FALSE(Why(set, kSentinel2).empty());
}

TEST_CASE("not while anything is on its way") {
  RunningSet set;
  set.ViewOf(kSentinel2).replicas.push_back(kGone);
  REQUIRE_FALSE(Why(set, kSentinel2).empty());
  SECTION("it still answers") { set.ViewOf(kSentinel2).replicas.back().down = false; }
  SECTION("another sentinel is silent") { set.Silence(kSentinel0); }
  SECTION("another sentinel starts") { set.ViewOf(kSentinel0).answers = false; }
  SECTION("another sentinel names another server") { set.ViewOf(kSentinel0).primary = kServer1; }
  SECTION("a sentinel takes the primary for dead") { set.ViewOf(kSentinel0).primary_down = true; }
  SECTION("a failover") { set.ViewOf(kSentinel1).failing_over = true; }
  SECTION("the primary does not answer") { set.Silence(kServer0); }
  SECTION("the primary was demoted") { set.Follow(kServer0, kServer1); }
  SECTION("a member's address is not known") { set.addresses.erase(kServer1); }
  SECTION("the primary would tell it again") {
    set.InfoOf(kServer0).replicas.push_back({.ip = kGone.ip, .port = kGone.port});
  }
  CHECK(Why(set, kSentinel2).empty());
}

}  // namespace
}  // namespace bowline
