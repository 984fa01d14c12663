#include "plan/common/pause.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/plan/running_set.h"

namespace bowline {
namespace {

constexpr const char* kEarly = "2026-11-29T02:00:00Z";
constexpr const char* kLate = "2026-11-29T03:00:00Z";

TEST_CASE("a pause is what the record says, and ends by itself") {
  const auto pause = ReadPause({{kPausedSince, kEarly}, {kPausedUntil, kLate}, {"other", "x"}});
  REQUIRE(pause == PauseOrder{.since = kEarly, .until = kLate});
  CHECK(pause->OnAt(kEarly));
  CHECK(pause->OnAt("2026-11-29T02:59:59Z"));
  CHECK_FALSE(pause->OnAt(kLate));
  CHECK_FALSE(pause->OnAt("2027-01-01T00:00:00Z"));
}

TEST_CASE("without an end there is no pause") {
  CHECK_FALSE(ReadPause({}));
  CHECK_FALSE(ReadPause({{kPausedSince, kEarly}}));
  for (const char* until :
       {"", "true", "1h", "2026-11-29", "2026-11-29T03:00:00", "9999", "2026-11-29T03:00:00+02:00",
        "2026-11-29T03:00:00.000Z", "zzzz-11-29T03:00:00Z", "2026-11-29T03:00:00ZZ"}) {
    CAPTURE(until);
    CHECK_FALSE(ReadPause({{kPausedSince, kEarly}, {kPausedUntil, until}}));
  }
}

TEST_CASE("a pause that somebody has written by hand without its beginning") {
  const auto pause = ReadPause({{kPausedUntil, kLate}});
  REQUIRE(pause);
  CHECK(pause->since == "an unknown time");
  CHECK(pause->OnAt(kEarly));
}

TEST_CASE("status and check tell since when, until when, and who knows") {
  testing::RunningSet set;
  CHECK(DescribePause(set.reports).empty());
  set.Of(testing::kServer0).pause = PauseOrder{.since = kEarly, .until = kEarly};
  set.Of(testing::kServer1).pause = PauseOrder{.since = kEarly, .until = kLate};
  CHECK(DescribePause(set.reports) ==
        std::vector<std::string>{
            "paused since 2026-11-29T02:00:00Z, until 2026-11-29T03:00:00Z (2 of 6 members know "
            "it): bowline repairs nothing by itself; to end it: bowline resume"});
}

}  // namespace
}  // namespace bowline
