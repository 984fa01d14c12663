#pragma once
// Total, locale-free parsing of small things: whole string consumed, range checked, never throws.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace bowline {

/// Decimal integer in [min, max]; kInvalidArgument names the text and the range otherwise.
Result<std::int64_t> ParseInt(std::string_view text, std::int64_t min, std::int64_t max);
/// Decimal unsigned integer of the full 64-bit range.
Result<std::uint64_t> ParseUint64(std::string_view text);

/// "a b  c" at single spaces: {"a","b","","c"}. An empty text has one empty part.
std::vector<std::string_view> Split(std::string_view text, char separator);
/// Lines without their "\n" or "\r\n"; no extra empty line at the end.
std::vector<std::string_view> SplitLines(std::string_view text);
/// The parts between blanks, without empty ones.
std::vector<std::string> Words(std::string_view text);
/// "a, b".
std::string Join(const std::vector<std::string>& words);
/// Without spaces, tabs and line ends on both sides.
std::string_view Trim(std::string_view text);

/// The text in double quotes for a message: other than printable ASCII as "\xNN", and shortened to
/// about `limit` characters with "..." in the middle.
std::string Quoted(std::string_view text, std::size_t limit = 80);

}  // namespace bowline
