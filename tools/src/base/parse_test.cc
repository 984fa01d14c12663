#include "base/parse.h"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <limits>
#include <string>

namespace bowline {
namespace {

using Parts = std::vector<std::string_view>;

TEST_CASE("ParseInt takes the whole text and a range") {
  CHECK(ParseInt("0", 0, 10) == 0);
  CHECK(ParseInt("10", 0, 10) == 10);
  CHECK(ParseInt("-3", -5, 10) == -3);
  CHECK(ParseInt("-9223372036854775808", std::numeric_limits<std::int64_t>::min(), 0) ==
        std::numeric_limits<std::int64_t>::min());
  for (const std::string_view bad :
       {"", " ", "1 ", " 1", "+1", "--1", "1.0", "0x1", "1e3", "11", "-6", "abc", "1\n",
        "9223372036854775808", "99999999999999999999999999"}) {
    CAPTURE(bad);
    const auto result = ParseInt(bad, -5, 10);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Code::kInvalidArgument);
    CHECK(result.error().message.ends_with("is no integer from -5 to 10"));
  }
  CHECK_FALSE(ParseInt(std::string_view("1\0", 2), 0, 10));
}

TEST_CASE("ParseUint64 covers all 64 bits") {
  CHECK(ParseUint64("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
  for (const std::string_view bad : {"", "-1", "+1", "18446744073709551616", "1,0"}) {
    CAPTURE(bad);
    CHECK_FALSE(ParseUint64(bad));
  }
}

TEST_CASE("Split keeps empty parts") {
  CHECK(Split("a b  c", ' ') == Parts{"a", "b", "", "c"});
  CHECK(Split("", ' ') == Parts{""});
  CHECK(Split(",", ',') == Parts{"", ""});
}

TEST_CASE("SplitLines takes both kinds of line ends") {
  CHECK(SplitLines("a\nb\r\n\nc") == Parts{"a", "b", "", "c"});
  CHECK(SplitLines("a\n") == Parts{"a"});
  CHECK(SplitLines("") == Parts{});
  CHECK(SplitLines("\n") == Parts{""});
  CHECK(SplitLines("a\r") == Parts{"a\r"});
}

TEST_CASE("Trim strips both sides only") {
  CHECK(Trim(" \t a b\r\n") == "a b");
  CHECK(Trim(" \n") == "");
  CHECK(Trim("a") == "a");
}

TEST_CASE("Quoted is printable and bounded") {
  CHECK(Quoted("a b") == "\"a b\"");
  CHECK(Quoted("say \"x\\y\"") == R"("say \"x\\y\"")");
  CHECK(Quoted(std::string_view("\0\r\xff", 3)) == R"("\x00\x0d\xff")");
  const std::string text = Quoted(std::string(100, 'a') + std::string(100, 'z'), 40);
  CHECK(text == "\"" + std::string(30, 'a') + "..." + std::string(10, 'z') + "\"");
}

TEST_CASE("words come without the blanks between them, and are joined by commas") {
  CHECK(Words("  a b  c ") == std::vector<std::string>{"a", "b", "c"});
  CHECK(Words(" ").empty());
  CHECK(Join({"a", "b"}) == "a, b");
  CHECK(Join(std::vector<std::string>{}).empty());
}

}  // namespace
}  // namespace bowline
