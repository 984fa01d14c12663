#pragma once
// Text that may be anything, as UTF-8.

#include <string>
#include <string_view>

namespace bowline {

/// What an engine or a file said may be anything: each byte that is no UTF-8 becomes U+FFFD.
std::string ToUtf8(std::string_view text);

}  // namespace bowline
