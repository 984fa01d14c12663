// Directives that change while the engine runs.

#include "plan/common/directive_change.h"

#include <catch2/catch_test_macros.hpp>

namespace bowline {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

const Directives kLive{{"hz", "10"},
                       {"loglevel", "notice"},
                       {"save", "3600 1 300 100"},
                       {"client-output-buffer-limit", "normal 0 0 0 slave 256 64 60"}};

TEST_CASE("directives are read as the engine reads them") {
  const Directives read = ReadDirectives(
      "# a comment\n"
      "HZ 12\n"
      "  loglevel\t\"debug\"\n"
      "save 900 1\nsave 300 10\n"
      "proc-title-template \"a \\\"b\\\" \\x41\"\n"
      "notify-keyspace-events ''\n"
      "broken \"no end\n"
      "client-output-buffer-limit normal 1 2 3\n"
      "\n");
  CHECK(read == Directives{{"hz", "12"},
                           {"loglevel", "debug"},
                           {"save", "900 1 300 10"},
                           {"proc-title-template", "a \"b\" A"},
                           {"notify-keyspace-events", ""},
                           {"client-output-buffer-limit", "normal 1 2 3"}});
}

TEST_CASE("of a directive whose lines do not add up the last one holds") {
  CHECK(ReadDirectives("hz 10\nhz 12\n") == Directives{{"hz", "12"}});
}

TEST_CASE("an empty value takes back what stood before it, and ends the list") {
  CHECK(ReadDirectives("save 900 1\nsave \"\"\n") == Directives{{"save", ""}});
  CHECK(ReadDirectives("save \"\"\nsave 900 1\n") == Directives{{"save", "900 1"}});
}

TEST_CASE("nothing is told when nothing has changed") {
  const Directives same{{"hz", "12"}, {"io-threads", "2"}};
  const DirectivePlan plan = PlanDirectives(same, same, kLive);
  CHECK(plan.set.empty());
  CHECK(plan.changes.empty());
}

TEST_CASE("what a running engine changes is set at once, the rest waits for the next start") {
  const DirectivePlan plan =
      PlanDirectives({{"hz", "10"}, {"io-threads", "1"}},
                     {{"hz", "12"}, {"io-threads", "2"}, {"loglevel", "debug"}}, kLive);
  CHECK(plan.set == Pairs{{"hz", "12"}, {"loglevel", "debug"}});
  CHECK(Tell(plan.changes) ==
        "config.hz: 10 -> 12 (at once), config.io-threads: 1 -> 2 (from the next start of this "
        "container on), config.loglevel: default (notice) -> debug (at once)");
}

TEST_CASE("a directive that is declared no more gets its default back") {
  CHECK(PlanDirectives({{"hz", "12"}}, {}, kLive).set == Pairs{{"hz", "10"}});
  const DirectivePlan unknown = PlanDirectives({{"io-threads", "4"}}, {}, kLive);
  CHECK(unknown.set.empty());
  REQUIRE(unknown.changes.size() == 1);
  CHECK(unknown.changes.front().to == "default");
  CHECK_FALSE(unknown.changes.front().live);
}

TEST_CASE("a class of clients that is declared no more gets its default back, too") {
  const DirectivePlan plan =
      PlanDirectives({{"client-output-buffer-limit", "normal 1 1 1 slave 2 2 2"}},
                     {{"client-output-buffer-limit", "normal 1 1 1"}}, kLive);
  CHECK(plan.set ==
        Pairs{{"client-output-buffer-limit", "normal 0 0 0 slave 256 64 60 normal 1 1 1"}});
}

TEST_CASE("a directive that is given by its other name: the default comes first") {
  const Directives live{{"replica-read-only", "yes"}, {"slave-read-only", "yes"}, {"hz", "10"}};
  CHECK(PlanDirectives({{"slave-read-only", "no"}, {"hz", "12"}},
                       {{"replica-read-only", "no"}, {"hz", "12"}}, live)
            .set == Pairs{{"slave-read-only", "yes"}, {"hz", "12"}, {"replica-read-only", "no"}});
}

TEST_CASE("what the engine was given as arguments") {
  const Directives given = ReadArguments({"--HZ", "20", "--save", "900", "1", "--appendonly"});
  CHECK(given == Directives{{"hz", "20"}, {"save", "900 1"}, {"appendonly", ""}});
  CHECK(Without({{"hz", "10"}, {"loglevel", "debug"}}, given) == Directives{{"loglevel", "debug"}});
  CHECK(ReadArguments({"stray"}).empty());
}

TEST_CASE("a chart that names no live directives changes none") {
  const DirectivePlan plan = PlanDirectives({{"hz", "10"}}, {{"hz", "12"}}, {});
  CHECK(plan.set.empty());
  CHECK(plan.changes.size() == 1);
}

TEST_CASE("no secret is told") {
  const DirectivePlan plan = PlanDirectives({}, {{"tls-key-file-pass", "secret"}}, {});
  CHECK(plan.changes.front().to == "(not shown)");
}

TEST_CASE("what the engine cannot change while it runs is told by its error") {
  CHECK(ImmutableIn("ERR CONFIG SET failed (possibly related to argument 'io-threads') - can't set "
                    "immutable config") == "io-threads");
  CHECK(ImmutableIn("ERR CONFIG SET failed (possibly related to argument 'hz') - argument must be "
                    "a number")
            .empty());
  CHECK(ImmutableIn("ERR can't set immutable config").empty());
}

}  // namespace
}  // namespace bowline
