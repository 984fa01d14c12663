#pragma once
// The standard output, which a person may be looking at.

#include <optional>
#include <string_view>

#include "base/error.h"

namespace bowline {

/// Its columns; 0: not known; nothing: it is no terminal.
std::optional<int> TerminalColumns();

/// Writes the whole text at once. kUnavailable: nobody reads it any more (where SIGPIPE is
/// ignored), or the disk is full.
Status WriteOutput(std::string_view text);

}  // namespace bowline
