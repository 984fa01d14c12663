#include "plan/sentinel/running_sentinels.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/plan/running_set.h"

namespace bowline {
namespace {

using testing::kSentinel0;
using testing::kSentinel1;
using testing::kSentinel2;
using testing::kServer0;
using testing::kServer1;
using testing::RunningSet;

RunningSentinels Ask(const RunningSet& set) { return AskSentinels(set.layout, set.reports); }

TEST_CASE("a majority of the declared sentinels' processes") {
  RunningSet set;
  int answering = 3;
  bool named = true;
  SECTION("all of them") {}
  SECTION("two of three") {
    set.Silence(kSentinel1);
    answering = 2;
  }
  SECTION("two of three; the third still names another") {
    set.Name(kSentinel1, kServer1).ViewOf(kSentinel1).epochs.config = 0;
  }
  SECTION("two of three; one has only saved it") {
    set.Silence(kSentinel1).ViewOf(kSentinel2).answers = false;
    answering = 1;
    named = false;
  }
  SECTION("two of four are no majority") {
    set.layout.sentinels = 4;
    set.Silence(kSentinel1);
    answering = 2;
    named = false;
  }
  SECTION("a card without a sentinel") {
    set.Of(kSentinel0).sentinel.reset();
    set.Silence(kSentinel1);
    answering = 1;
    named = false;
  }
  SECTION("an address of no member") {
    for (const MemberName sentinel : set.layout.Sentinels()) set.ViewOf(sentinel).primary.reset();
    named = false;
  }
  const RunningSentinels sentinels = Ask(set);
  CHECK(sentinels.answering == answering);
  CHECK(sentinels.named.has_value() == named);
  if (named) CHECK(sentinels.named == kServer0);
  CHECK(sentinels.settled == named);
}

TEST_CASE("not settled while a failover goes on") {
  RunningSet set;
  bool settled = false;
  SECTION("the leader still names the old primary, as all do") {
    set.ViewOf(kSentinel2).failing_over = true;
  }
  SECTION("the leader has switched, the others have not heard") { set.Name(kSentinel2, kServer1); }
  SECTION("a majority has switched, the leader still moves replicas") {
    set.Name(kSentinel0, kServer1).Name(kSentinel1, kServer1);
    set.ViewOf(kSentinel2).failing_over = true;
    settled = true;
  }
  SECTION("one that comes back with an older word") {
    set.Lead(kServer0).ViewOf(kSentinel2).primary = kServer1;
    set.ViewOf(kSentinel2).epochs.config = 1;
    settled = true;
  }
  SECTION("the leader's process does not answer any more") {
    set.ViewOf(kSentinel2).failing_over = true;
    set.ViewOf(kSentinel2).answers = false;
    settled = true;
  }
  CHECK(Ask(set).named.has_value());
  CHECK(Ask(set).settled == settled);
}

TEST_CASE("looked up for a sentinel is who is down or without a connection, the primary too") {
  RunningSet set;
  SentinelSnapshot& view = set.ViewOf(kSentinel0);
  const auto looked_up = [&] { return LookedUpFor(set.layout, view, set.addresses); };
  for (auto* list : {&view.replicas, &view.sentinels}) {
    for (SentinelPeer& peer : *list) peer.connected = true;
  }
  CHECK(looked_up().empty());
  for (SentinelPeer& peer : view.replicas) {
    if (MemberAt(set.addresses, peer.ip) == kServer1) peer.down = true;
  }
  CHECK(looked_up() == std::vector{kServer1});
  view.sentinels.front().connected = false;
  CHECK(looked_up().size() == 2);
  view.primary_down = true;
  CHECK(looked_up().back() == kServer0);
}

TEST_CASE("all are looked up when a sentinel knows somebody at no member's address") {
  RunningSet set;
  SentinelSnapshot& view = set.ViewOf(kSentinel0);
  for (auto* list : {&view.replicas, &view.sentinels}) {
    for (SentinelPeer& peer : *list) peer.connected = true;
  }
  SECTION("a replica") { view.replicas.front().ip = "192.0.2.9"; }
  SECTION("a sentinel") { view.sentinels.front().ip = "192.0.2.9"; }
  SECTION("the primary") {
    view.primary.reset();
    view.primary_ip = "192.0.2.9";
  }
  CHECK(LookedUpFor(set.layout, view, set.addresses) == set.layout.Members());
}

TEST_CASE("all are looked up when a server has a replica or a primary at no member's address") {
  RunningSet set;
  for (const MemberName server : set.layout.MembersOf(0)) {
    CHECK(LookedUpFor(set.layout, set.InfoOf(server), set.addresses).empty());
  }
  set.InfoOf(kServer0).replicas.front().ip = "192.0.2.9";
  CHECK(LookedUpFor(set.layout, set.InfoOf(kServer0), set.addresses) == set.layout.Members());
  set.InfoOf(kServer1).primary_host = "192.0.2.9";
  CHECK(LookedUpFor(set.layout, set.InfoOf(kServer1), set.addresses) == set.layout.Members());
}

}  // namespace
}  // namespace bowline
