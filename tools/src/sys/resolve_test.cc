#include "sys/resolve.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <set>

#include "sys/parallel.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;

const Milliseconds kEnough{20'000};

TEST_CASE("localhost and literals") {
  const auto local = Resolve("localhost", Deadline::In(kEnough));
  REQUIRE(local);
  CHECK(std::ranges::any_of(
      *local, [](const std::string& ip) { return ip == "127.0.0.1" || ip == "::1"; }));
  CHECK(Resolve("10.96.0.7", Deadline::In(kEnough)) == std::vector<std::string>{"10.96.0.7"});
  CHECK(Resolve("fd00::7", Deadline::In(kEnough)) == std::vector<std::string>{"fd00::7"});
}

TEST_CASE("addresses of one family are enough, and those of the other one when there are none") {
  const auto four = Resolve("localhost", Deadline::In(kEnough), "10.244.1.5");
  REQUIRE(four);
  CHECK(std::ranges::none_of(*four, [](const std::string& ip) { return ip.contains(':'); }));
  CHECK(Resolve("fd00::7", Deadline::In(kEnough), "10.244.1.5") ==
        std::vector<std::string>{"fd00::7"});
  CHECK(Resolve("10.96.0.7", Deadline::In(kEnough), "fd00:10::5") ==
        std::vector<std::string>{"10.96.0.7"});
}

TEST_CASE("a name that does not exist is not found, or DNS failed; never an address") {
  const auto result = Resolve("no-such-host.invalid", Deadline::In(kEnough));
  REQUIRE_FALSE(result);
  // Without a name server at all the resolver says "try again".
  CHECK((result.error().code == Code::kNotFound || result.error().code == Code::kUnavailable));
  CHECK_THAT(result.error().message, ContainsSubstring("no-such-host.invalid"));
}

TEST_CASE("no answer in time") {
  const auto start = std::chrono::steady_clock::now();
  const auto result = Resolve("no-such-host.invalid", Deadline::In(Milliseconds(0)));
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::kDeadlineExceeded);
  CHECK(Since(start) < Milliseconds(2000));
}

TEST_CASE("many names at once, without an answer: the threads are bounded") {
  const Deadline deadline = Deadline::In(Milliseconds(300));
  const auto start = std::chrono::steady_clock::now();
  Parallel(200, 64, [&](std::size_t i) {
    (void)Resolve(std::format("no-such-host-{}.invalid", i), deadline);
  });
  CHECK(Since(start) < Milliseconds(5000));
  CHECK(ResolverThreads() <= kMostResolvers);
  CHECK(Resolve("10.96.0.7", Deadline::In(kEnough)));
}

TEST_CASE("one of a Service's two addresses, whichever comes first") {
  const std::vector<std::string> both{"10.96.0.7", "fd00::7"};
  const std::vector<std::string> turned{"fd00::7", "10.96.0.7"};
  for (const auto& answer : {both, turned}) {
    CHECK(StableChoice(answer, "10.244.1.5") == "10.96.0.7");
    CHECK(StableChoice(answer, "fd00:10::5") == "fd00::7");
    CHECK(StableChoice(answer, "") == "10.96.0.7");
  }
  CHECK(StableChoice({"fd00::7"}, "10.244.1.5") == "fd00::7");
  CHECK(StableChoice({"10.0.0.9", "10.0.0.8"}, "10.244.1.5") == "10.0.0.8");
  CHECK(StableChoice({}, "10.244.1.5").empty());
}

TEST_CASE("random text is random") {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string text = RandomHex();
    CHECK(text.size() == 32);
    CHECK(text.find_first_not_of("0123456789abcdef") == std::string::npos);
    seen.insert(text);
  }
  CHECK(seen.size() == 100);
  CHECK(RandomHex(3).size() == 6);
}

}  // namespace
}  // namespace bowline
