#include "plan/common/role_label.h"

#include <catch2/catch_test_macros.hpp>

#include "plan/cluster/cluster_view.h"
#include "plan/sentinel/running_sentinels.h"
#include "testing/plan/rules.h"
#include "testing/plan/running_set.h"

namespace bowline {
namespace {

using std::chrono::milliseconds;
using testing::k00;
using testing::k10;
using testing::k20;
using testing::RunningCluster;
using testing::RunningSet;

constexpr milliseconds kDownAfter{3000};

RoleLabelPlan Plan(bool primary, std::optional<milliseconds> heard, bool confirmed) {
  return PlanRoleLabel({.primary = primary,
                        .majority_heard = heard,
                        .down_after = kDownAfter,
                        .confirmed = confirmed});
}

TEST_CASE("a replica says so, whoever is heard, and takes nothing off others") {
  const std::optional<milliseconds> heard =
      GENERATE(std::optional<milliseconds>(), std::optional(milliseconds(0)),
               std::optional(milliseconds(60'000)));
  const bool confirmed = GENERATE(false, true);
  CHECK(Plan(false, heard, confirmed) == RoleLabelPlan{.own = "replica", .alone = false});
}

TEST_CASE("a primary that hears a majority says so; it is alone once that majority has named it") {
  CHECK(Plan(true, milliseconds(0), false) == RoleLabelPlan{.own = "primary", .alone = false});
  CHECK(Plan(true, kDownAfter - milliseconds(1), false).own == "primary");
  CHECK(Plan(true, milliseconds(0), true) == RoleLabelPlan{.own = "primary", .alone = true});
}

TEST_CASE("a primary that has heard no majority for down-after changes no label at all") {
  const bool confirmed = GENERATE(false, true);
  CHECK(Plan(true, std::nullopt, confirmed) == RoleLabelPlan{});
  CHECK(Plan(true, kDownAfter, confirmed) == RoleLabelPlan{});
  CHECK(Plan(true, milliseconds(3'600'000), confirmed) == RoleLabelPlan{});
}

TEST_CASE("cluster mode: which primaries the own engine hears") {
  RunningCluster cluster;
  const auto hears = [&] {
    cluster.Refresh();
    return HearsMajority(cluster.Of(k00).engine.view);
  };
  const auto line = [&](MemberName member) -> NodeLine& {
    return *cluster.conf.Find(testing::IdOf(member));
  };
  CHECK(hears());
  line(k10).connected = false;
  CHECK(hears());
  line(k20).maybe_fail = true;
  CHECK_FALSE(hears());
  line(k10).connected = true;
  CHECK(hears());
  line(k10).fail = true;
  CHECK_FALSE(hears());
  CHECK_FALSE(HearsMajority(NodesView("")));
  CHECK_FALSE(HearsMajority(NodesView("no view")));
}

TEST_CASE("cluster mode: replicas are no majority") {
  RunningCluster cluster({.shards = 3, .replicas_per_shard = 2});
  for (NodeLine& line : cluster.conf.lines) {
    if (line.role == NodeRole::kPrimary) line.connected = false;
  }
  cluster.Refresh();
  CHECK_FALSE(HearsMajority(cluster.Of(k00).engine.view));
}

TEST_CASE("sentinel mode: which sentinels answer") {
  RunningSet set;
  const auto hears = [&] {
    Reports sentinels;
    for (const auto& [member, report] : set.reports) {
      if (member.kind == MemberKind::kSentinel) sentinels[member] = report;
    }
    return HearsMajority(set.layout, sentinels);
  };
  CHECK(hears());
  set.reports.erase(testing::kSentinel0);
  CHECK(hears());
  SECTION("one whose process does not answer is not heard, whatever it has saved") {
    set.ViewOf(testing::kSentinel1).answers = false;
  }
  SECTION("silence") { set.reports.erase(testing::kSentinel1); }
  SECTION("one that has no view") { set.Of(testing::kSentinel1).sentinel.reset(); }
  CHECK_FALSE(hears());
}

}  // namespace
}  // namespace bowline
