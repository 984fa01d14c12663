// Whose dataset the sentinels' epoch belongs to.

#include "plan/sentinel/quorum_view.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/plan/running_set.h"

namespace bowline {
namespace {

using testing::kSentinel0;
using testing::kSentinel1;
using testing::kServer0;
using testing::kServer1;
using testing::kServer2;
using testing::RunningSet;

bool Holds(RunningSet& set, MemberName self) {
  return HoldsNamedDataset(ViewOfSentinels(set.layout, set.reports), self, set.InfoOf(self),
                           set.addresses);
}

TEST_CASE("the named primary and who is in sync with it hold its dataset") {
  RunningSet set;
  CHECK(Holds(set, kServer0));
  CHECK(Holds(set, kServer1));
  set.InfoOf(kServer1).link_up = false;
  CHECK_FALSE(Holds(set, kServer1));
}

TEST_CASE("a primary that is not the named one holds another dataset, and so do its replicas") {
  RunningSet set;
  for (const MemberName sentinel : set.layout.Sentinels()) set.Name(sentinel, kServer2);
  CHECK_FALSE(Holds(set, kServer0));
  CHECK_FALSE(Holds(set, kServer1));
}

TEST_CASE("a primary at an address of no member is not the named one") {
  RunningSet set;
  set.InfoOf(kServer1).primary_host = "192.0.2.1";
  CHECK_FALSE(Holds(set, kServer1));
}

TEST_CASE("no majority that names somebody, or none that runs: nothing is known of the dataset") {
  RunningSet set;
  SECTION("no majority") { set.Silence(kSentinel0).Silence(kSentinel1); }
  SECTION("only what they had saved") {
    for (const MemberName sentinel : set.layout.Sentinels()) set.ViewOf(sentinel).answers = false;
  }
  CHECK_FALSE(Holds(set, kServer0));
  CHECK_FALSE(Holds(set, kServer1));
}

}  // namespace
}  // namespace bowline
