#include "plan/common/full_copy.h"

#include <catch2/catch_test_macros.hpp>

namespace bowline {
namespace {

using std::chrono::milliseconds;

EngineInfo Copying() {
  EngineInfo info;
  info.primary_host = "10.0.0.1";
  info.sync_in_progress = true;
  return info;
}

EngineInfo InSync() {
  EngineInfo info;
  info.link_up = true;
  return info;
}

TEST_CASE("a long copy is told once, and its end with its time") {
  FullCopyWatch watch;
  CHECK_FALSE(watch.Look(Copying(), milliseconds(10'000)));
  CHECK_FALSE(watch.Look(Copying(), milliseconds(11'999)));
  const auto begun = watch.Look(Copying(), milliseconds(12'000));
  REQUIRE(begun);
  CHECK_FALSE(begun->ended);
  CHECK(begun->text ==
        "copies the whole dataset of its primary, 10.0.0.1; until it has loaded it, it is not "
        "ready");
  CHECK_FALSE(watch.Look(Copying(), milliseconds(15'000)));
  EngineInfo loading;
  loading.loading = true;
  CHECK_FALSE(watch.Look(loading, milliseconds(20'000)));
  EngineInfo ended = InSync();
  std::string how = "has been loaded";
  SECTION("in sync") {}
  SECTION("the link broke") {
    ended.link_up = false;
    how = "has broken off";
  }
  SECTION("it was promoted") {
    ended.primary = true;
    how = "was given up, the member leads now,";
  }
  const auto told = watch.Look(ended, milliseconds(22'000));
  REQUIRE(told);
  CHECK(told->ended);
  CHECK(told->text == "the copy of the whole dataset " + how + " after 12 s");
  CHECK_FALSE(watch.Look(ended, milliseconds(23'000)));
}

TEST_CASE("a short copy, a load of the own files and a primary are not told") {
  FullCopyWatch watch;
  EngineInfo loading;
  loading.loading = true;
  CHECK_FALSE(watch.Look(loading, milliseconds(0)));
  CHECK_FALSE(watch.Look(loading, milliseconds(60'000)));
  CHECK_FALSE(watch.Look(Copying(), milliseconds(61'000)));
  CHECK_FALSE(watch.Look(InSync(), milliseconds(62'000)));
  EngineInfo primary;
  primary.primary = true;
  CHECK_FALSE(watch.Look(primary, milliseconds(70'000)));
}

TEST_CASE("each copy is counted by itself") {
  FullCopyWatch watch;
  for (const int begin : {0, 100'000}) {
    CHECK_FALSE(watch.Look(Copying(), milliseconds(begin)));
    CHECK(watch.Look(Copying(), milliseconds(begin + 3'000)));
    CHECK(watch.Look(InSync(), milliseconds(begin + 4'000))->text.ends_with("after 4 s"));
  }
}

}  // namespace
}  // namespace bowline
