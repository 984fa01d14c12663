#include "sys/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace bowline {

std::optional<int> TerminalColumns() {
  if (::isatty(STDOUT_FILENO) == 0) return std::nullopt;
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

Status WriteOutput(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) {
    return {};
  }
  return Fail(Code::kUnavailable, "cannot write the output: {}",
              std::generic_category().message(errno));
}

}  // namespace bowline
