#pragma once
// A user's own directives, checked line by line before they go into a generated file.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace bowline {

/// Calls `owned` with the words of each line, in lower case and without quotes; comments and empty
/// lines are left out. kInvalidArgument naming `file`, the line's number and its directive for the
/// first line that is owned.
Status CheckDirectives(std::string_view file, std::string_view text,
                       const std::function<bool(const std::vector<std::string>&)>& owned);

}  // namespace bowline
