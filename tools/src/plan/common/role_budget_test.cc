#include "plan/common/role_budget.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/plan/running_set.h"

namespace bowline {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Ages = std::vector<std::int64_t>;

TEST_CASE("a change is told for ten minutes, the latest first") {
  RoleBudget budget;
  budget.Count(minutes(60));
  budget.Count(minutes(61));
  budget.Count(minutes(69));
  CHECK(budget.AgesInSeconds(minutes(69) + seconds(5)) == Ages{5, 485, 545});
  CHECK(budget.AgesInSeconds(minutes(70)) == Ages{60, 540});
  CHECK(budget.AgesInSeconds(minutes(79)).empty());
}

TEST_CASE("the first take-over of a start answers the end of the own engine, the others count") {
  RoleBudget budget;
  budget.CountAtStart(minutes(1));
  CHECK(budget.AgesInSeconds(minutes(1)).empty());
  CHECK(budget.HandedOver());
  budget.CountAtStart(minutes(2));
  CHECK(budget.AgesInSeconds(minutes(2)) == Ages{0});
  budget.Started();
  CHECK_FALSE(budget.HandedOver());
  budget.CountAtStart(minutes(3));
  CHECK(budget.AgesInSeconds(minutes(3)) == Ages{60});
}

TEST_CASE("a container that is started again knows all of it") {
  RoleBudget budget;
  budget.CountAtStart(minutes(1));
  budget.CountAtStart(minutes(2));
  budget.Count(minutes(3));
  const auto again = RoleBudget::Parse(budget.Print());
  REQUIRE(again);
  CHECK(again->AgesInSeconds(minutes(4)) == Ages{60, 120});
  CHECK(again->HandedOver());
}

TEST_CASE("a machine that was started anew has a younger clock: what it knew before is over") {
  RoleBudget budget;
  budget.Count(minutes(300));
  CHECK(RoleBudget::Parse(budget.Print())->AgesInSeconds(minutes(1)).empty());
}

TEST_CASE("what is no such file is none, and only the last three changes are kept") {
  for (const char* text : {"", "{}", "[]", R"({"handedOver":1,"changes":[]})",
                           R"({"handedOver":true,"changes":["x"]})"}) {
    CAPTURE(text);
    CHECK_FALSE(RoleBudget::Parse(text));
  }
  RoleBudget budget;
  for (int i = 0; i < 20; ++i) budget.Count(seconds(i));
  CHECK(budget.AgesInSeconds(seconds(20)) == Ages{1, 2, 3});
}

TEST_CASE("the changes of a shard are those of all its members that are heard") {
  testing::RunningSet set(Layout::Sentinel(4, 3));
  CHECK(RoleChangesOf(set.layout, set.reports, 0) == 0);
  set.Of(testing::kServer0).role_changes = {1, 599, 600};
  set.Of(testing::kServer1).role_changes = {300};
  CHECK(RoleChangesOf(set.layout, set.reports, 0) == 3);
  set.Silence(testing::kServer0);
  CHECK(RoleChangesOf(set.layout, set.reports, 0) == 1);
}

}  // namespace
}  // namespace bowline
