#include "base/error.h"

namespace bowline {

std::string_view CodeName(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
      return "invalid argument";
    case Code::kNotFound:
      return "not found";
    case Code::kAlreadyExists:
      return "already exists";
    case Code::kPermissionDenied:
      return "permission denied";
    case Code::kFailedPrecondition:
      return "failed precondition";
    case Code::kAborted:
      return "aborted";
    case Code::kUnavailable:
      return "unavailable";
    case Code::kDeadlineExceeded:
      return "deadline exceeded";
    case Code::kDataLoss:
      return "data loss";
    case Code::kInternal:
      return "internal";
  }
  return "internal";
}

Error Error::Wrap(std::string_view outer) const {
  return Error{code, std::format("{}: {}", outer, message)};
}

std::string Error::ToString() const { return std::format("{}: {}", CodeName(code), message); }

}  // namespace bowline
