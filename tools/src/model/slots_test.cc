#include "model/slots.h"

#include <catch2/catch_test_macros.hpp>

namespace bowline {
namespace {

TEST_CASE("slot ranges are there and back the same") {
  for (const std::string text : {"0", "16383", "0-16383", "5461-10921"}) {
    const auto range = SlotRange::Parse(text);
    REQUIRE(range);
    CHECK(range->ToString() == text);
  }
  CHECK(SlotRange::Parse("7-7")->ToString() == "7");
  CHECK(SlotRange::Parse("10-19")->size() == 10);
}

TEST_CASE("what is no slot range is refused") {
  for (const std::string_view bad : {"", "-", "-1", "1-", "5461-16", "16384", "0-16384", "1-2-3",
                                     "1,2", "a", "0 -1", "99999999999999999999"}) {
    CAPTURE(bad);
    const auto range = SlotRange::Parse(bad);
    REQUIRE_FALSE(range);
    CHECK(range.error().code == Code::kInvalidArgument);
  }
}

TEST_CASE("any split covers all slots once, evenly and in order") {
  for (int shards = 1; shards <= kSlotCount; shards += shards < 300 ? 1 : 411) {
    const std::vector<SlotRange> ranges = SplitSlots(shards);
    REQUIRE(ranges.size() == static_cast<std::size_t>(shards));
    int next = 0;
    for (const SlotRange& range : ranges) {
      REQUIRE(range.first == next);
      REQUIRE(range.size() >= kSlotCount / shards);
      REQUIRE(range.size() <= kSlotCount / shards + 1);
      next = range.last + 1;
    }
    REQUIRE(next == kSlotCount);
  }
  CHECK(SplitSlots(kSlotCount).back() == SlotRange{.first = 16383, .last = 16383});
}

TEST_CASE("ranges print as the engines print them") {
  CHECK(ToString(SplitSlots(3)) == "0-5460 5461-10921 10922-16383");
  CHECK(ToString(std::vector<SlotRange>{}) == "-");
}

}  // namespace
}  // namespace bowline
