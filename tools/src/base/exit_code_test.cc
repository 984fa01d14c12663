#include "base/exit_code.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

namespace bowline {
namespace {

TEST_CASE("the documented exit codes are in order and explained") {
  const auto docs = ExitCodes();
  CHECK(docs.size() == 9);
  CHECK(std::ranges::is_sorted(docs, std::ranges::less_equal(), &ExitCodeDoc::code));
  for (const ExitCodeDoc& doc : docs) CHECK_FALSE(doc.meaning.empty());
}

TEST_CASE("every error code has a documented exit code that is neither true nor false") {
  for (int i = 0; i <= static_cast<int>(Code::kInternal); ++i) {
    const ExitCode exit_code = ToExitCode(static_cast<Code>(i));
    CAPTURE(i);
    CHECK(static_cast<int>(exit_code) >= 64);
    CHECK(std::ranges::contains(ExitCodes(), exit_code, &ExitCodeDoc::code));
  }
}

TEST_CASE("exit codes say what the caller should do") {
  CHECK(ToExitCode(Code::kDataLoss) == ExitCode::kDataRefused);
  CHECK(ToExitCode(Code::kUnavailable) == ExitCode::kUnavailable);
  CHECK(ToExitCode(Code::kDeadlineExceeded) == ExitCode::kUnavailable);
  CHECK(ToExitCode(Code::kAborted) == ExitCode::kTemporary);
  CHECK(ToExitCode(Code::kPermissionDenied) == ExitCode::kPermission);
  CHECK(ToExitCode(Code::kInvalidArgument) == ExitCode::kConfiguration);
  CHECK(ToExitCode(Code::kInternal) == ExitCode::kInternal);
}

}  // namespace
}  // namespace bowline
