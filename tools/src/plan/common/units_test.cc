#include "plan/common/units.h"

#include <catch2/catch_test_macros.hpp>
#include <utility>
#include <vector>

namespace bowline {
namespace {

TEST_CASE("bytes in units of 1024") {
  const std::vector<std::pair<std::int64_t, std::string>> cases{
      {0, "0B"},
      {1023, "1023B"},
      {1024, "1.0K"},
      {1536, "1.5K"},
      {1024 * 1024 - 1, "1.0M"},
      {48LL << 20, "48.0M"},
      {3LL << 30, "3.0G"},
      {5LL << 40, "5.0T"},
      {std::numeric_limits<std::int64_t>::max(), "8.0E"}};
  for (const auto& [bytes, text] : cases) CHECK(BytesText(bytes) == text);
}

TEST_CASE("spans in the two largest units") {
  const std::vector<std::pair<std::int64_t, std::string>> cases{
      {0, "0s"},      {59, "59s"},        {60, "1m0s"},     {3599, "59m59s"},
      {3600, "1h0m"}, {86'399, "23h59m"}, {86'400, "1d0h"}, {400 * 86'400, "400d0h"}};
  for (const auto& [seconds, text] : cases) CHECK(SpanText(seconds) == text);
}

}  // namespace
}  // namespace bowline
