#include "base/error.h"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <set>

namespace bowline {
namespace {

constexpr std::array kAllCodes = {
    Code::kInvalidArgument,    Code::kNotFound, Code::kAlreadyExists, Code::kPermissionDenied,
    Code::kFailedPrecondition, Code::kAborted,  Code::kUnavailable,   Code::kDeadlineExceeded,
    Code::kDataLoss,           Code::kInternal,
};

Result<int> Half(int number) {
  if (number % 2 != 0) return Fail(Code::kInvalidArgument, "{} is odd", number);
  return number / 2;
}

Result<int> Quarter(int number) {
  ASSIGN_OR_RETURN(const int half, Half(number));
  ASSIGN_OR_RETURN(const int quarter, Half(half));
  return quarter;
}

Status Even(int number, int& calls) {
  ++calls;
  RETURN_IF_ERROR(number % 2 == 0 ? Status() : Status(Fail(Code::kAborted, "odd")));
  ++calls;
  return {};
}

Result<std::unique_ptr<int>> MoveOnly() {
  ASSIGN_OR_RETURN(auto pointer, Result<std::unique_ptr<int>>(std::make_unique<int>(7)));
  return pointer;
}

TEST_CASE("every code has its own name") {
  std::set<std::string_view> names;
  for (const Code code : kAllCodes) names.insert(CodeName(code));
  CHECK(names.size() == std::size(kAllCodes));
  CHECK(CodeName(Code::kDataLoss) == "data loss");
}

TEST_CASE("context grows outward and the code stays") {
  const Error inner{Code::kUnavailable, "connection refused"};
  const Error outer = inner.Wrap("connecting to 10.0.0.7:6379").Wrap("joining shard-0-1");
  CHECK(outer.code == Code::kUnavailable);
  CHECK(outer.ToString() ==
        "unavailable: joining shard-0-1: connecting to 10.0.0.7:6379: connection refused");
  CHECK(inner.message == "connection refused");

  const Result<int> failed = Half(3);
  const Result<int> wrapped = FailWith(failed, "halving");
  REQUIRE_FALSE(wrapped);
  CHECK(wrapped.error().message == "halving: 3 is odd");
  CHECK(wrapped.error().code == Code::kInvalidArgument);
}

TEST_CASE("ASSIGN_OR_RETURN assigns or returns") {
  CHECK(Quarter(12) == 3);
  REQUIRE_FALSE(Quarter(6));
  CHECK(Quarter(6).error().message == "3 is odd");
  const auto moved = MoveOnly();
  REQUIRE(moved);
  CHECK(**moved == 7);
}

TEST_CASE("RETURN_IF_ERROR evaluates its expression once") {
  int calls = 0;
  CHECK(Even(2, calls));
  CHECK(calls == 2);
  calls = 0;
  CHECK_FALSE(Even(1, calls));
  CHECK(calls == 1);
}

}  // namespace
}  // namespace bowline
