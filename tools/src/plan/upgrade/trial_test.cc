#include "plan/upgrade/trial.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "testing/plan/upgrade.h"

namespace bowline {
namespace {

using testing::Upgrade;
using testing::ValuesOf;

// As the engines print it (redis 8.0.2, valkey 8.1.1).
constexpr const char* kFatal = R"(
*** FATAL CONFIG FILE ERROR (Redis 8.0.2) ***
Reading the configuration file, at line 3
>>> 'maxmemory 2Gi'
argument must be a memory value
)";
constexpr const char* kUnresolved =
    R"(2810:C 29 Nov 2026 15:58:18.147 * Configuration loaded
2810:M 29 Nov 2026 15:58:18.148 # Unresolved Configuration(s) Detected:
2810:M 29 Nov 2026 15:58:18.148 # >>> 'maxmemroy 1gb'
2810:M 29 Nov 2026 15:58:18.148 # >>> 'it's "one" 2'
2810:M 29 Nov 2026 15:58:18.148 # Module Configuration detected without loadmodule directive or no ApplyConfig call: aborting
)";
constexpr const char* kModule =
    R"(                _._
           _.-``__ ''-._
3323:M 29 Nov 2026 15:58:24.621 * Running mode=standalone, port=0.

3323:M 29 Nov 2026 15:58:24.621 # Module /x.so failed to load: no such file
3323:M 29 Nov 2026 15:58:24.621 # Can't load module from /x.so: server aborting
)";

EngineTrial Answered() { return {.engine = "redis", .version = "8.0.2"}; }

std::vector<Refusal> Judged(const EngineTrial& trial) {
  Upgrade set;
  set.asked.image = "docker.io/library/redis:8.0";
  return CheckTrial(trial, set.installed, set.asked);
}

TEST_CASE("the directives that CONFIG GET is asked for") {
  CHECK(TellableLines("maxmemory 1gb\n# a comment\n\n \"Save\" 60 1 \nloadmodule /x.so\nuser a on\n"
                      "rename-command A B\ninclude /y\nwith* 1\nappendonly\n") ==
        std::vector<TellableLine>{{"maxmemory", "maxmemory 1gb"},
                                  {"save", "\"Save\" 60 1"},
                                  {"appendonly", "appendonly"}});
  CHECK(TellableLines("").empty());
}

TEST_CASE("the lines that an engine does not take are read from its log") {
  CHECK(ReadComplaints(kFatal) ==
        std::vector<Complaint>{{"maxmemory 2Gi", "argument must be a memory value"}});
  const auto unresolved = ReadComplaints(kUnresolved);
  REQUIRE(unresolved.size() == 2);
  CHECK(unresolved[0].line == "maxmemroy 1gb");
  CHECK(unresolved[0].message.starts_with("it knows no such directive"));
  CHECK(unresolved[1].line == "it's \"one\" 2");
  CHECK(unresolved[1].message == unresolved[0].message);
  CHECK(ReadComplaints(kModule).empty());
  CHECK(ReadComplaints("").empty());
  // A log that is cut.
  CHECK(ReadComplaints("wrong:\n>>> 'save 60'") == std::vector<Complaint>{{"save 60", "wrong:"}});
  CHECK(ReadComplaints(">>> '").empty());
  CHECK(ReadComplaints(">>> ''").empty());
}

TEST_CASE("the last lines of a log are short, and printable") {
  CHECK(LastLines(kModule) ==
        "Running mode=standalone, port=0. | Module /x.so failed to load: no such file | Can't load "
        "module from /x.so: server aborting");
  CHECK(LastLines("").empty());
  CHECK(LastLines("a\x1b[31mb\n") == "a?[31mb");
  CHECK(LastLines(std::string(100'000, 'x')).size() == 400);
}

TEST_CASE("a refused line is of a value, of the arguments, or of bowline") {
  const std::string directives = "maxmemory-policy nonsense\nsentinel deny-scripts-reconfig nope\n";
  const auto value = [&](const char* line, const char* values = "config") {
    return ValueOf({.line = line, .message = ""}, directives, values, {"--maxclients", "many"});
  };
  CHECK(value("maxmemory-policy nonsense") == "config.maxmemory-policy");
  CHECK(value("sentinel deny-scripts-reconfig nope", "sentinel.config") ==
        "sentinel.config.sentinel deny-scripts-reconfig");
  CHECK(value("maxclients \"many\"") == "extraArgs");
  CHECK(value("replica-announce-ip 127.0.0.1") == "image");
  CHECK(Without(directives, {{"maxmemory-policy nonsense", ""}}) ==
        "sentinel deny-scripts-reconfig nope\n");
  CHECK(Without(directives, {}) == directives);
}

TEST_CASE("a trial is handed over as a file") {
  EngineTrial trial = Answered();
  trial.refused = {{"config.save", {"save 60", "Invalid \"save\" parameters"}}};
  trial.end =
      GENERATE(TrialEnd::kAnswered, TrialEnd::kRefused, TrialEnd::kNoProgram, TrialEnd::kEnded,
               TrialEnd::kSilent, TrialEnd::kNotStarted, TrialEnd::kKilled, TrialEnd::kUnknown);
  trial.what = "words";
  const auto read = ReadTrial(PrintTrial(trial));
  REQUIRE(read);
  CHECK(*read == trial);
  CHECK_FALSE(ReadTrial("{}"));
  CHECK_FALSE(ReadTrial(R"({"engine": "", "version": "", "refused": [], "end": "x", "what": ""})"));
}

TEST_CASE("an engine that answers and takes every line is no reason to refuse") {
  CHECK(Judged(Answered()).empty());
}

TEST_CASE("every line that the engine refuses is told with its value and the engine's words") {
  EngineTrial trial = Answered();
  trial.refused = {{"config.maxmemory-policy", {"maxmemory-policy nonsense", "one of: a, b"}},
                   {"sentinel.config.sentinel x", {"sentinel x", "no"}},
                   {"image", {"rdb-del-sync-files yes", "unknown"}}};
  const auto refusals = Judged(trial);
  REQUIRE(ValuesOf(refusals) == std::vector<std::string>{"config.maxmemory-policy",
                                                         "sentinel.config.sentinel x", "image"});
  CHECK(refusals[0].what ==
        "redis 8.0.2 refuses the line 'maxmemory-policy nonsense': one of: a, b");
  CHECK(refusals[0].remedy == "put config.maxmemory-policy right, or take it out");
  CHECK(refusals[2].remedy.contains("image of a version"));
  for (const Refusal& refusal : refusals) CHECK(refusal.token.empty());
  // Nothing of ours could be left out: its name is all that is known.
  trial.engine.clear();
  trial.end = TrialEnd::kRefused;
  CHECK(Judged(trial)[0].what.starts_with("docker.io/library/redis:8.0 refuses"));
  CHECK(Judged(trial).size() == 3);
}

TEST_CASE("an engine that cannot be tried is told with the value that decides it") {
  const auto [end, value] =
      GENERATE(table<TrialEnd, std::string>({{TrialEnd::kNoProgram, "image"},
                                             {TrialEnd::kEnded, "config"},
                                             {TrialEnd::kSilent, "config"},
                                             {TrialEnd::kNotStarted, "image"},
                                             {TrialEnd::kKilled, "resources.job"},
                                             {TrialEnd::kUnknown, "upgrade.tryEngine"}}));
  EngineTrial trial;
  trial.end = end;
  trial.what = "these words";
  const auto refusals = Judged(trial);
  REQUIRE(ValuesOf(refusals) == std::vector{value});
  CHECK(refusals[0].what.contains("these words"));
  CHECK_FALSE(refusals[0].remedy.empty());
}

TEST_CASE("another engine than the declared one is told") {
  EngineTrial trial = Answered();
  trial.engine = "valkey";
  trial.version = "9.1.2";
  const auto refusals = Judged(trial);
  REQUIRE(ValuesOf(refusals) == std::vector<std::string>{"engine"});
  CHECK(
      refusals[0].what.contains("it is redis, but docker.io/library/redis:8.0 runs valkey 9.1.2"));
}

TEST_CASE("an engine that is older than what runs is refused, unless that is confirmed") {
  Upgrade set;
  const auto runs = [&](const char* label) {
    set.installed.engines.push_back(*ParseEngineLabel(label));
  };
  EngineTrial trial = Answered();
  SECTION("not known, the same, a patch older, and newer") {
    CHECK(CheckTrial(trial, set.installed, set.asked).empty());
    runs(GENERATE("redis-8.0.2", "redis-8.0.9", "redis-7.4.1"));
    CHECK(CheckTrial(trial, set.installed, set.asked).empty());
  }
  SECTION("another engine: that is refused for itself") {
    runs("valkey-9.1.2");
    CHECK(CheckTrial(trial, set.installed, set.asked).empty());
  }
  SECTION("older: told once, of the newest") {
    runs("redis-8.4.0");
    runs("redis-8.2.0");
    const auto refusals = CheckTrial(trial, set.installed, set.asked);
    REQUIRE(ValuesOf(refusals) == std::vector<std::string>{"image"});
    CHECK(refusals[0].what.starts_with("redis 8.4.0 -> redis 8.0.2: an older version"));
    set.asked.confirm = {refusals[0].token};
    CHECK(CheckTrial(trial, set.installed, set.asked)[0].confirmed);
    set.installed.version = "of later";
    CHECK_FALSE(CheckTrial(trial, set.installed, set.asked)[0].confirmed);
  }
}

}  // namespace
}  // namespace bowline
