#include "plan/common/kept_dataset.h"

#include <catch2/catch_test_macros.hpp>

namespace bowline {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;

TEST_CASE("the name tells since when a copy is kept") {
  CHECK(KeptSince(KeptName(kNow)) == kNow);
  for (const char* name : {"kept-", "kept-x", "kept-12.part", "dump.rdb", "kept--4"}) {
    CHECK_FALSE(KeptSince(name));
  }
}

TEST_CASE("a copy is kept for a day") {
  const std::string name = KeptName(kNow);
  const auto expired = [&](std::int64_t now) { return ExpiredCopies({"kept-x", name}, now); };
  CHECK(expired(kNow).empty());
  CHECK(expired(kNow + kKeptSeconds - 1).empty());
  CHECK(expired(kNow + kKeptSeconds) == std::vector{name});
  // The clock was wrong, now or then.
  CHECK(expired(kNow - kKeptSeconds).empty());
  CHECK(expired(kNow - kKeptSeconds - 1) == std::vector{name});
}

TEST_CASE("one copy at most, and only while 1.5 times the dataset stays free") {
  KeepInput input{.bytes = 1000, .free_bytes = 1500, .names = {"dump.rdb", "kept-note"}};
  CHECK(WhyNotKept(input) == std::nullopt);
  input.free_bytes = 1499;
  CHECK(WhyNotKept(input).value().contains("1499 bytes are free on the volume, 1500 are needed"));
  input.free_bytes = 2499;
  input.by_links = false;
  CHECK(WhyNotKept(input).value().contains("2500 are needed"));
  input.free_bytes = 2500;
  CHECK(WhyNotKept(input) == std::nullopt);
  input.serving = true;
  CHECK(WhyNotKept(input).value().contains("no hard links"));
  input.by_links = true;
  CHECK(WhyNotKept(input) == std::nullopt);
  input.names.push_back(KeptName(kNow));
  CHECK(WhyNotKept(input) == "kept-1800000000 is there already, and a volume has one copy at most");
}

}  // namespace
}  // namespace bowline
