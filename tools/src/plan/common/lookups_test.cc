#include "plan/common/lookups.h"

#include <catch2/catch_test_macros.hpp>

namespace bowline {
namespace {

using Time = Lookups::Time;

constexpr MemberName kSelf{.shard = 0, .ordinal = 0};
constexpr MemberName kOther{.shard = 0, .ordinal = 1};
constexpr MemberName kThird{.shard = 1, .ordinal = 0};

/// Looks twice a second for so long; how many names were asked for.
int Asked(Lookups& lookups, Time from, Time span, const std::vector<MemberName>& trouble) {
  int asked = 0;
  for (Time now = from; now < from + span; now += Time(500)) {
    asked += static_cast<int>(lookups.Due(now, trouble).size());
  }
  return asked;
}

TEST_CASE("a quiet member looks up two names in a minute, its own") {
  Lookups lookups(kSelf, Time(0));
  CHECK(lookups.Due(Time(0), {}).empty());
  CHECK(lookups.Due(kOwnLookup - Time(1), {}).empty());
  CHECK(lookups.Due(kOwnLookup, {}) == std::vector{kSelf});
  CHECK(Asked(lookups, kOwnLookup + Time(500), Time(60'000), {}) == 2);
}

TEST_CASE("who cannot be reached is looked up at once, and then each 5 s; so is the own Service") {
  Lookups lookups(kSelf, Time(0));
  CHECK(lookups.Due(Time(100), {kOther}) == std::vector{kOther});
  CHECK(lookups.Due(Time(200), {kOther}).empty());
  CHECK(lookups.Due(Time(300), {kOther, kThird}) == std::vector{kThird});
  CHECK(lookups.Due(kTroubleLookup, {kOther}) == std::vector{kSelf});
  CHECK(lookups.Due(kTroubleLookup + Time(100), {kOther}) == std::vector{kOther});
}

TEST_CASE("when all is well again the own Service has its usual time") {
  Lookups lookups(kSelf, Time(0));
  (void)lookups.Due(kTroubleLookup, {kOther});
  CHECK(lookups.Due(2 * kTroubleLookup, {}).empty());
  CHECK(lookups.Due(kTroubleLookup + kOwnLookup, {}) == std::vector{kSelf});
}

TEST_CASE("the own Service is asked for each 5 s as long as DNS knows no address of it") {
  Lookups lookups(kSelf, Time(0));
  const auto due = lookups.Due(kOwnLookup, {});
  lookups.Answered(due, {});
  CHECK(lookups.Due(kOwnLookup + kTroubleLookup - Time(1), {}).empty());
  const Time again = kOwnLookup + kTroubleLookup;
  CHECK(lookups.Due(again, {}) == std::vector{kSelf});
  lookups.Answered({kOther}, {});  // says nothing of the own one
  CHECK(lookups.Due(again + kTroubleLookup, {}) == std::vector{kSelf});
  lookups.Answered({kSelf}, {{kSelf, {.ip = "10.0.0.1"}}});
  CHECK(lookups.Due(again + 2 * kTroubleLookup, {}).empty());
  CHECK(lookups.Due(again + kTroubleLookup + kOwnLookup, {}) == std::vector{kSelf});
}

TEST_CASE("the own member is no trouble that is asked for twice") {
  Lookups lookups(kSelf, Time(0));
  CHECK(lookups.Due(kOwnLookup, {kSelf}) == std::vector{kSelf});
}

}  // namespace
}  // namespace bowline
