#pragma once
// Exit codes are an API: the chart's Jobs, hooks and tests act on them.

#include <span>
#include <string_view>

#include "base/error.h"

namespace bowline {

enum class ExitCode : int {
  kOk = 0,              ///< done, or the condition is true
  kFalse = 1,           ///< the condition is false: an answer, not an error
  kUsage = 64,          ///< unknown verb or flag
  kDataRefused = 65,    ///< data that we refuse to touch
  kUnavailable = 69,    ///< a dependency did not answer within the deadline
  kInternal = 70,       ///< a bug of ours
  kTemporary = 75,      ///< not now (raced, or something is still on its way): try again
  kPermission = 77,     ///< RBAC, ACL, file mode, TLS identity
  kConfiguration = 78,  ///< this configuration cannot work
};

struct ExitCodeDoc {
  ExitCode code;
  std::string_view meaning;
};

/// All codes in order, for the generated reference.
std::span<const ExitCodeDoc> ExitCodes();

/// The exit code that stands for an error.
ExitCode ToExitCode(Code code);

}  // namespace bowline
