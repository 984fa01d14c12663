#include "plan/cluster/heal.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "testing/plan/running_cluster.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::k00;
using testing::k01;
using testing::k11;
using testing::RunningCluster;
using testing::TestIdentity;

struct Fixture {
  RunningCluster cluster;

  /// shard-0-1, all addresses right.
  [[nodiscard]] HealInput Input(MemberName self = k01) const {
    HealInput input{.layout = cluster.layout,
                    .identity = TestIdentity(),
                    .self = self,
                    .engine = cluster.reports.at(self).engine,
                    .announced = {},
                    .addresses = testing::Addresses(cluster.layout)};
    input.announced = input.addresses.at(self);
    input.engine.info.primary_host = input.addresses.at(k00).ip;
    return input;
  }
};

TEST_CASE_METHOD(Fixture, "nothing to do when every address is right") {
  for (const MemberName self : cluster.layout.Members()) {
    CHECK(PlanHeal(Input(self)).Empty());
  }
  HealInput input = Input();
  input.engine.info.link_up = false;  // down, but at the right address: the engine tries by itself
  CHECK(PlanHeal(input).Empty());
}

TEST_CASE_METHOD(Fixture, "nothing to do for an engine that does not answer") {
  HealInput input = Input();
  input.announced.ip = "10.9.9.9";
  SECTION("no answer") { input.engine.answers = false; }
  SECTION("no view, as while redis loads") { input.engine.view = {}; }
  SECTION("a view that cannot be read") { input.engine.view = NodesView("x\n"); }
  CHECK(PlanHeal(input).Empty());
}

TEST_CASE_METHOD(Fixture, "the own Service moved") {
  HealInput input = Input();
  input.announced.ip = "10.9.9.9";
  const HealPlan plan = PlanHeal(input);
  CHECK(plan.announce == input.addresses.at(k01));
  CHECK_FALSE(plan.replicate);
  CHECK(plan.meet.empty());
  CHECK_THAT(plan.reason, ContainsSubstring("own Service moved from 10.9.9.9 to 10.96.0.2"));
}

TEST_CASE_METHOD(Fixture, "an address that cannot be looked up is no reason to change anything") {
  HealInput input = Input();
  input.addresses.clear();
  input.announced.ip = "10.9.9.9";
  input.engine.info.link_up = false;
  input.engine.info.primary_host = "10.8.8.8";
  CHECK(PlanHeal(input).Empty());
}

TEST_CASE_METHOD(Fixture, "the replication link goes to an old address") {
  HealInput input = Input();
  input.engine.info.link_up = false;
  input.engine.info.primary_host = "10.8.8.8";
  const HealPlan plan = PlanHeal(input);
  CHECK(plan.replicate == TestIdentity().NodeIdOf(k00));
  CHECK_THAT(plan.reason, ContainsSubstring("replicates from 10.8.8.8, shard-0-0 is at 10.96.0.1"));
  SECTION("not while the link is up") { input.engine.info.link_up = true; }
  SECTION("not while it copies") { input.engine.info.sync_in_progress = true; }
  SECTION("not for a primary") { input.engine.info.primary = true; }
  CHECK_FALSE(PlanHeal(input).replicate);
}

TEST_CASE_METHOD(Fixture, "members that the view lacks or has lost are met at their Services") {
  const NodeId other = testing::IdOf(k11);
  SECTION("not in the view") {
    std::erase_if(cluster.conf.lines, [&](const NodeLine& line) { return line.id == other; });
  }
  SECTION("without an address") {
    cluster.conf.Find(other)->endpoint = {};
    cluster.conf.Find(other)->noaddr = true;
  }
  SECTION("at an old address, without a link") {
    cluster.conf.Find(other)->endpoint.ip = "10.7.7.7";
    cluster.conf.Find(other)->connected = false;
  }
  cluster.Of(k01).engine.view = testing::ViewOf(cluster.conf, k01);
  const HealPlan plan = PlanHeal(Input());
  CHECK(plan.meet == std::vector<Endpoint>{testing::Addresses(cluster.layout).at(k11)});
  CHECK_THAT(plan.reason, ContainsSubstring("shard-1-1 is not known at 10.96.0.4"));
  CHECK_FALSE(plan.announce);
}

TEST_CASE_METHOD(Fixture, "a member with a link, or at its right address, is left alone") {
  NodeLine& line = *cluster.conf.Find(testing::IdOf(k11));
  SECTION("another address that works: gossip repairs it") { line.endpoint.ip = "10.7.7.7"; }
  SECTION("down at the right address: MEET would not help") { line.connected = false; }
  cluster.Of(k01).engine.view = testing::ViewOf(cluster.conf, k01);
  CHECK(PlanHeal(Input()).Empty());
}

TEST_CASE_METHOD(Fixture, "of a quiet cluster nobody has to be looked up") {
  for (const MemberName self : cluster.layout.Members()) CHECK(Unreachable(Input(self)).empty());
}

TEST_CASE_METHOD(Fixture, "looked up is who is failed, unknown, elsewhere, or out of reach") {
  HealInput input = Input();
  SECTION("failed") { cluster.conf.Find(testing::IdOf(k11))->fail = true; }
  SECTION("suspected") { cluster.conf.Find(testing::IdOf(k11))->maybe_fail = true; }
  SECTION("no link") { cluster.conf.Find(testing::IdOf(k11))->connected = false; }
  SECTION("no address") { cluster.conf.Find(testing::IdOf(k11))->noaddr = true; }
  SECTION("not in the view") {
    std::erase_if(cluster.conf.lines,
                  [](const NodeLine& line) { return line.id == testing::IdOf(k11); });
  }
  SECTION("announced elsewhere than known here") {
    cluster.conf.Find(testing::IdOf(k11))->endpoint.ip = "10.9.9.9";
  }
  input.engine.view = testing::ViewOf(cluster.conf, k01);
  CHECK(Unreachable(input) == std::vector{k11});
}

TEST_CASE_METHOD(Fixture, "a replica whose link is down has its primary looked up") {
  HealInput input = Input();
  input.engine.info.link_up = false;
  CHECK(Unreachable(input) == std::vector{k00});
  input.engine.answers = false;
  CHECK(Unreachable(input).empty());
}

}  // namespace
}  // namespace bowline
