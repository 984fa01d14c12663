// A replica whose election has not come to an end after the death of its primary's engine.

#include "plan/cluster/handover.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "base/timing.h"
#include "testing/plan/running_cluster.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using std::chrono::milliseconds;
using testing::k00;
using testing::k01;
using testing::k02;
using testing::k10;
using testing::k20;
using testing::RunningCluster;

constexpr std::uint64_t kAsked = 7;  ///< the epoch in which the votes were split

/// The engine of shard-0-0 has ended; shard-0-1 has asked for votes, and has not got them.
struct Fixture {
  RunningCluster cluster{{.shards = 3, .replicas_per_shard = 2}};
  milliseconds node_timeout{2500};

  Fixture() {
    cluster.Of(k00).engine.answers = false;
    for (const MemberName member : {k01, k02, k10, k20}) {
      cluster.Of(member).engine.cluster.current_epoch = kAsked;
    }
  }
  VotelessPlan Plan() {
    return PlanWithoutVotes({.layout = cluster.layout,
                             .identity = testing::TestIdentity(),
                             .self = k00,
                             .reports = cluster.reports,
                             .node_timeout = node_timeout,
                             .to = k01},
                            kAsked - 1);
  }
  /// `by` sees the cluster as it is, but for what `change` does to its line of `member`.
  template <typename Change>
  void SeenBy(MemberName by, MemberName member, const Change& change) {
    NodesConf view = cluster.conf;
    change(*view.Find(testing::IdOf(member)));
    cluster.Of(by).engine.view = testing::ViewOf(view, by);
  }
};

void Fail(NodeLine& line) { line.fail = true; }
void Suspect(NodeLine& line) { line.maybe_fail = true; }

TEST_CASE_METHOD(Fixture, "votes that others took: the replica may do without for a moment") {
  const VotelessPlan plan = Plan();
  INFO(plan.why);
  REQUIRE(plan.secure);
  CHECK(*plan.secure == kVotelessSpan);
  CHECK(plan.why.empty());
  node_timeout = kOldestReport + milliseconds(100);
  CHECK(Plan().secure == milliseconds(100));
}

TEST_CASE_METHOD(Fixture, "the replica may not do without votes") {
  std::string why;
  SECTION("it is silent") {
    cluster.Silence(k01);
    why = "shard-0-1 is silent";
  }
  SECTION("its engine does not answer") {
    cluster.Of(k01).engine.answers = false;
    why = "does not hear a majority";
  }
  SECTION("it hears no majority: it would lead where nobody is") {
    NodesConf view = cluster.conf;
    for (const MemberName other : {k00, k10, k20}) {
      view.Find(testing::IdOf(other))->connected = false;
    }
    cluster.Of(k01).engine.view = testing::ViewOf(view, k01);
    why = "does not hear a majority";
  }
  SECTION("another replica was elected meanwhile") {
    cluster.Lead(k02);
    why = "shard-0-2 leads the shard";
  }
  SECTION("the request for votes is not sent yet") {
    for (const MemberName member : {k01, k10, k20}) {
      cluster.Of(member).engine.cluster.current_epoch = kAsked - 1;
    }
    why = "has not raised its epoch yet";
  }
  SECTION("nobody has heard it: it has raised its epoch alone") {
    cluster.Of(k01).engine.cluster.current_epoch = kAsked + 1;
    why = "has not heard that shard-0-1 asks for votes";
  }
  SECTION("one of three primaries has heard it: the others may elect another one") {
    cluster.Of(k20).engine.cluster.current_epoch = kAsked - 1;
    why = "has not heard that shard-0-1 asks for votes";
  }
  SECTION("others take it for failed: it would stay so as primary") {
    SeenBy(k10, k01, Fail);
    SeenBy(k20, k01, Suspect);
    why = "take shard-0-1 for failed";
  }
  SECTION("the others suspect the dead one already: they may elect another replica") {
    SeenBy(k10, k00, Suspect);
    why = "no majority of the primaries says that the dead one leads";
  }
  SECTION("no majority is heard: others may lead on the other side of a cut") {
    cluster.Silence(k10);
    why = "has not heard";
  }
  SECTION("the node timeout leaves no time") {
    node_timeout = kOldestReport;
    why = "the node timeout is too short";
  }
  const VotelessPlan plan = Plan();
  CHECK_FALSE(plan.secure);
  CHECK_THAT(plan.why, ContainsSubstring(why));
}

TEST_CASE("the last answer of a replica before it takes over without votes") {
  EngineInfo info;
  info.primary_host = "10.0.0.9";
  CHECK(CheckOrphan(info, k00, k00));
  CHECK(CheckOrphan(info, k02, k00).error().code == Code::kAborted);
  CHECK(CheckOrphan(info, std::nullopt, k00).error().code == Code::kUnavailable);
  info.link_up = true;
  CHECK(CheckOrphan(info, k00, k00).error().code == Code::kUnavailable);
  CHECK(CheckOrphan(info, k02, k00).error().code == Code::kAborted);
}

}  // namespace
}  // namespace bowline
