#pragma once
// The one error vocabulary of the program: a code that says what the caller should do next, and a
// message for people. Nothing here throws, logs or prints; main() prints an error once.

#include <expected>
#include <format>
#include <string>
#include <string_view>
#include <utility>

namespace bowline {

/// What the caller should do with a failure, not where it happened.
enum class Code {
  kInvalidArgument,     ///< the caller's input is wrong; repeating cannot help
  kNotFound,            ///< the thing is absent, which is not the same as broken
  kAlreadyExists,       ///< somebody else was first
  kPermissionDenied,    ///< RBAC, ACL or TLS identity
  kFailedPrecondition,  ///< do not repeat until somebody changes the state
  kAborted,             ///< raced: read the world again and decide anew
  kUnavailable,         ///< repeat this very call
  kDeadlineExceeded,    ///< no answer in time; it may or may not have been done
  kDataLoss,            ///< data is there and cannot be trusted: touch nothing
  kInternal,            ///< a bug of ours
};

/// The code's name as it appears in logs, e.g. "unavailable".
std::string_view CodeName(Code code);

struct Error {
  Code code = Code::kInternal;
  std::string message;

  /// The same error with "outer: " in front of its message.
  [[nodiscard]] Error Wrap(std::string_view outer) const;
  /// "unavailable: connecting to 10.0.0.7:6379: connection refused"
  [[nodiscard]] std::string ToString() const;
};

template <typename T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

/// return Fail(Code::kNotFound, "no {} in {}", name, path);
template <typename... Args>
[[nodiscard]] std::unexpected<Error> Fail(Code code, std::format_string<Args...> format,
                                          Args&&... args) {
  return std::unexpected(Error{code, std::format(format, std::forward<Args>(args)...)});
}

/// Passes on the error of `result` with context in front.
template <typename T>
[[nodiscard]] std::unexpected<Error> FailWith(const Result<T>& result, std::string_view outer) {
  return std::unexpected(result.error().Wrap(outer));
}

#define BOWLINE_CONCAT_INNER(a, b) a##b
#define BOWLINE_CONCAT(a, b) BOWLINE_CONCAT_INNER(a, b)

/// Returns the error of a Status expression to the caller.
#define RETURN_IF_ERROR(expr)                                                     \
  do {                                                                            \
    if (auto status_ = (expr); !status_) return std::unexpected(status_.error()); \
  } while (false)

/// ASSIGN_OR_RETURN(auto x, F()): x, or the error to the caller.
#define ASSIGN_OR_RETURN(decl, expr)                                   \
  auto BOWLINE_CONCAT(result_, __LINE__) = (expr);                     \
  if (!BOWLINE_CONCAT(result_, __LINE__))                              \
    return std::unexpected(BOWLINE_CONCAT(result_, __LINE__).error()); \
  decl = *std::move(BOWLINE_CONCAT(result_, __LINE__))

}  // namespace bowline
