#include "base/exit_code.h"

#include <array>

namespace bowline {

namespace {

constexpr std::array kDocs{
    ExitCodeDoc{ExitCode::kOk, "done, or the condition is true"},
    ExitCodeDoc{ExitCode::kFalse, "the condition is false: an answer, not an error"},
    ExitCodeDoc{ExitCode::kUsage, "wrong usage: unknown verb or flag"},
    ExitCodeDoc{ExitCode::kDataRefused, "data or a state that the program refuses to touch"},
    ExitCodeDoc{ExitCode::kUnavailable, "a dependency did not answer within the deadline"},
    ExitCodeDoc{ExitCode::kInternal, "a bug of this program"},
    ExitCodeDoc{ExitCode::kTemporary, "not now: try again"},
    ExitCodeDoc{ExitCode::kPermission, "not permitted: RBAC, ACL, file mode or TLS identity"},
    ExitCodeDoc{ExitCode::kConfiguration, "this configuration cannot work"},
};

}  // namespace

std::span<const ExitCodeDoc> ExitCodes() { return kDocs; }

ExitCode ToExitCode(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
    case Code::kNotFound:
      return ExitCode::kConfiguration;
    case Code::kPermissionDenied:
      return ExitCode::kPermission;
    case Code::kFailedPrecondition:
    case Code::kDataLoss:
      return ExitCode::kDataRefused;
    case Code::kAlreadyExists:
    case Code::kAborted:
      return ExitCode::kTemporary;
    case Code::kUnavailable:
    case Code::kDeadlineExceeded:
      return ExitCode::kUnavailable;
    case Code::kInternal:
      return ExitCode::kInternal;
  }
  return ExitCode::kInternal;
}

}  // namespace bowline
