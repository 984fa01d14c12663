#include "sys/log.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <thread>

#include "base/json.h"
#include "base/parse.h"
#include "testing/sys.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Matches;
using testing::Logged;

TEST_CASE("JSON: one object a line, with its fields typed") {
  SetUpLog(LogLevel::kInfo, LogFormat::kJson, "run server", "demo-shard-0-0");
  const std::string text = Logged([] {
    LogInfo("engine started", {{"pid", 27}, {"ok", true}, {"why", "a \"quoted\"\nreason \x01"}});
  });
  CHECK(text.ends_with('\n'));
  REQUIRE(SplitLines(text).size() == 1);
  const auto line = JsonDocument::Parse(text);
  REQUIRE(line);
  const JsonView root = line->root();
  CHECK(*root.Keys() ==
        std::vector<std::string>{"ts", "level", "cmd", "pod", "msg", "pid", "ok", "why"});
  CHECK_THAT(*root.GetString("ts"), Matches(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"));
  CHECK(root.GetString("level") == "info");
  CHECK(root.GetString("cmd") == "run server");
  CHECK(root.GetString("pod") == "demo-shard-0-0");
  CHECK(root.GetString("msg") == "engine started");
  CHECK(root.GetInt("pid") == 27);
  CHECK(root.GetBool("ok") == true);
  CHECK(root.GetString("why") == "a \"quoted\"\nreason \x01");
}

TEST_CASE("text: one line for people") {
  SetUpLog(LogLevel::kInfo, LogFormat::kText, "install", "");
  const std::string text =
      Logged([] { LogWarning("trying again", {{"err", "x"}, {"n", 3}, {"last", false}}); });
  CHECK_THAT(text, Matches(R"(\S+ warning install: trying again err="x" n=3 last=false\n)"));
}

TEST_CASE("text: a value with line ends stays one line") {
  SetUpLog(LogLevel::kInfo, LogFormat::kText, "install", "");
  const std::string text =
      Logged([] { LogInfo("failed", {{"err", "one\ntwo \"three\"\r\x1b[31m"}}); });
  CHECK(SplitLines(text).size() == 1);
  CHECK_FALSE(text.contains('\x1b'));
}

TEST_CASE("levels") {
  SetUpLog(LogLevel::kWarning, LogFormat::kText, "x", "");
  const std::string text = Logged([] {
    Log(LogLevel::kDebug, "d");
    LogInfo("i");
    LogWarning("w");
    LogError("e");
  });
  CHECK(SplitLines(text).size() == 2);
  SetUpLog(LogLevel::kDebug, LogFormat::kText, "x", "");
  CHECK_THAT(Logged([] { Log(LogLevel::kDebug, "d"); }), ContainsSubstring("debug"));
}

TEST_CASE("lines of many threads do not mix") {
  SetUpLog(LogLevel::kInfo, LogFormat::kJson, "x", "");
  const std::string text = Logged([] {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([t] {
        for (int i = 0; i < 50; ++i) LogInfo("line", {{"thread", t}, {"i", i}});
      });
    }
  });
  const auto lines = SplitLines(text);
  CHECK(lines.size() == 200);
  CHECK(std::ranges::all_of(
      lines, [](std::string_view line) { return JsonDocument::Parse(line).has_value(); }));
}

TEST_CASE("names of levels and formats") {
  CHECK(ParseLogLevel("debug") == LogLevel::kDebug);
  CHECK(ParseLogLevel("error") == LogLevel::kError);
  CHECK(ParseLogFormat("json") == LogFormat::kJson);
  CHECK(ParseLogFormat("text") == LogFormat::kText);
  for (const char* wrong : {"", "INFO", "warn", "json "}) {
    CHECK(ParseLogLevel(wrong).error().code == Code::kInvalidArgument);
    CHECK(ParseLogFormat(wrong).error().code == Code::kInvalidArgument);
  }
}

}  // namespace
}  // namespace bowline
