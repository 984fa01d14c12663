#include "plan/common/role_budget.h"

#include <catch2/catch_test_macros.hpp>

namespace bowline {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

bool Take(RoleBudget& budget, RoleBudget::Time now) {
  if (!budget.Allows(now)) return false;
  budget.Count(now);
  return true;
}

TEST_CASE(
    "three changes of the lead in ten minutes, then none until the first is ten minutes old") {
  RoleBudget budget;
  CHECK(Take(budget, minutes(60)));
  CHECK(Take(budget, minutes(61)));
  CHECK(Take(budget, minutes(69)));
  CHECK_FALSE(Take(budget, minutes(69)));
  CHECK_FALSE(Take(budget, minutes(70) - seconds(1)));
  CHECK(Take(budget, minutes(70)));  // the refused ones did not count
  CHECK_FALSE(Take(budget, minutes(70)));
  CHECK(Take(budget, minutes(71)));
}

TEST_CASE("changes that are far apart never use it up") {
  RoleBudget budget;
  for (int i = 0; i < 20; ++i) CHECK(Take(budget, minutes(4 * i)));
}

}  // namespace
}  // namespace bowline
