// What a member keeps of the changes of the lead that it has made by itself.

#include "apply/common/role_changes.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/plan/running_cluster.h"
#include "testing/sys.h"

namespace bowline {
namespace {

using testing::TempFolder;

class NoProcess : public MemberProbe {
 public:
  Snapshots Take(Deadline /*deadline*/) override { return {}; }
};

/// One life of a container; the folder outlives it.
struct Life {
  explicit Life(const TempFolder& run) : changes(run.path(), live) {}

  NoProcess probe;
  Lane lane{"engine"};
  LiveState live{lane, Report{.member = testing::k00}, Layout{}, probe};
  RoleChanges changes;

  std::size_t Told() { return live.Last().role_changes.size(); }
};

TEST_CASE("a container that is started again tells the changes of before") {
  const TempFolder run;
  {
    Life first(run);
    CHECK(first.Told() == 0);
    first.changes.Count();
    CHECK(first.Told() == 1);
    first.changes.CountAtStart();
    CHECK(first.Told() == 1);
  }
  Life second(run);
  CHECK(second.Told() == 1);
  CHECK(second.live.Last().role_changes.front() < 60);
  CHECK(second.changes.budget().HandedOver());
  second.changes.CountAtStart();
  CHECK(second.Told() == 2);
  second.changes.Started();
  CHECK_FALSE(Life(run).changes.budget().HandedOver());
}

TEST_CASE("a file that cannot be read or written holds nobody up") {
  const TempFolder run;
  SECTION("no file of ours") { testing::Spill(run / "role-changes.json", "{"); }
  SECTION("a folder in its place") { std::filesystem::create_directory(run / "role-changes.json"); }
  Life life(run);
  CHECK(life.Told() == 0);
  life.changes.Count();
  CHECK(life.Told() == 1);
}

}  // namespace
}  // namespace bowline
