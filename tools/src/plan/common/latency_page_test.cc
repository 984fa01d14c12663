#include "plan/common/latency_page.h"

#include <catch2/catch_test_macros.hpp>

namespace bowline {
namespace {

constexpr const char* kSecret = "hunter2-of-a-user";

TEST_CASE("of a command its name, the number of its arguments and their lengths") {
  using Words = std::vector<std::string>;
  const std::vector<std::pair<Words, std::string>> cases{
      {{}, "no command"},
      {{"FLUSHALL"}, "FLUSHALL"},
      {{"get", kSecret}, "get, 1 argument of 17 bytes"},
      {{"SET", "key", kSecret}, "SET, 2 arguments of 3, 17 bytes"},
      {{"ft.search", "", "x"}, "ft.search, 2 arguments of 0, 1 bytes"},
      {{"AUTH", kSecret}, "AUTH, 1 argument of 17 bytes"},
      // A subcommand is an argument: nothing tells one from a user's text.
      {{"CONFIG", "SET", "requirepass", kSecret}, "CONFIG, 3 arguments of 3, 11, 17 bytes"},
      {{"SET", std::string(128, 'v') + "... (872 more bytes)"}, "SET, 1 argument of 1000 bytes"},
      // A short one that looks so was not cut.
      {{"SET", "... (872 more bytes)"}, "SET, 1 argument of 20 bytes"},
      {{"SET", std::string(128, 'v') + "... (9x more bytes)"}, "SET, 1 argument of 147 bytes"},
      {{"SET", std::string(128, 'v') + "... (99999999999999999999 more bytes)"},
       "SET, 1 argument of 165 bytes"},
      {{"hunter2 \n", "a"}, "(hidden), 1 argument of 1 bytes"},
      {{std::string(65, 'a')}, "(hidden)"},
      {{""}, "(hidden)"},
  };
  for (const auto& [words, text] : cases) CHECK(WithoutArguments(words) == text);
}

TEST_CASE("the engine cuts a command of many arguments") {
  std::vector<std::string> words(31, "ab");
  words.front() = "DEL";
  words.emplace_back("... (69 more arguments)");
  const std::string text = WithoutArguments(words);
  CHECK(text.starts_with("DEL, 99 arguments of 2, 2, "));
  CHECK(text.ends_with(", 2, ... bytes"));
  words.back() = kSecret;
  CHECK(WithoutArguments(words).starts_with("DEL, 31 arguments of "));
  CHECK_FALSE(WithoutArguments(words).contains(kSecret));
}

TEST_CASE("the page") {
  LatencyFacts facts;
  facts.directives = {{"slowlog-log-slower-than", "10000"}, {"latency-monitor-threshold", "0"}};
  facts.slow = {
      {.id = 7, .at = 1'800'000'000, .microseconds = 12'345, .words = {"SET", "key", kSecret}},
      {.id = 6, .at = 1'799'999'999, .microseconds = 10'000, .words = {"PING"}}};
  facts.events = {{.latest = {.event = "command", .at = 2, .milliseconds = 120, .longest = 300},
                   .history = {{0, 300}, {2, 120}}}};
  facts.statistics = "# Commandstats\r\ncmdstat_ping:calls=1\r\n";
  facts.failures = {"LATENCY HISTORY fork: NOPERM"};
  CHECK(PrintLatency(facts) ==
        R"(# Arguments of commands and addresses of clients are left out
latency-monitor-threshold 0
slowlog-log-slower-than 10000
no answer to LATENCY HISTORY fork: NOPERM

# Slow commands, the newest first: id, time, milliseconds, command
7 2027-01-15T08:00:00Z 12.345 SET, 2 arguments of 3, 17 bytes
6 2027-01-15T07:59:59Z 10.000 PING

# Latency events: time and milliseconds of each, the oldest first
command, 300 ms at most
  1970-01-01T00:00:00Z 300
  1970-01-01T00:00:02Z 120

# Commandstats
cmdstat_ping:calls=1
)");
}

}  // namespace
}  // namespace bowline
