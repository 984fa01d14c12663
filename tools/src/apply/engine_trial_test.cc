// What real engines say to what is to be rolled out.

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstdlib>
#include <filesystem>

#include "apply/upgrade/await_trial.h"
#include "apply/upgrade/trial.h"
#include "testing/kube.h"
#include "testing/sys.h"

namespace bowline {
namespace {

namespace fs = std::filesystem;
using testing::FakeCluster;
using testing::FreePort;
using testing::Soon;
using testing::Spill;
using testing::TempFolder;

/// Files of a member as the chart makes them, and engines of both kinds in the PATH.
class Rollout {
 public:
  explicit Rollout(EngineKind engine, const Layout& layout = Layout{}) {
    BlockSignals();
    settings.engine = engine;
    settings.layout = layout;
    settings.ports.bus = FreePort();
    Spill(folder / "sentinel.conf", "");
    fs::create_directory(folder / "run");
  }
  Rollout(const Rollout&) = delete;
  Rollout& operator=(const Rollout&) = delete;
  ~Rollout() { ::setenv("PATH", path.c_str(), 1); }

  EngineTrial Tried(const std::string& directives, const std::vector<std::string>& arguments = {},
                    Deadline deadline = Soon()) const {
    Spill(folder / "engine.conf", directives);
    const Paths paths{.engine_directives = folder / "engine.conf",
                      .sentinel_directives = folder / "sentinel.conf",
                      .data = folder.path(),
                      .run = folder / "run"};
    const auto trial = TryEngine(settings, paths, arguments, deadline);
    INFO((trial ? std::string() : trial.error().message));
    REQUIRE(trial);
    UNSCOPED_INFO(PrintTrial(*trial));
    return *trial;
  }
  /// The PATH has nothing but this program, as the declared engine's.
  void Only(const fs::path& program) const {
    fs::create_directory(folder / "bin");
    if (!program.empty()) {
      fs::create_symlink(program, folder / "bin" / settings.EngineProgram());
    }
    ::setenv("PATH", (folder / "bin").c_str(), 1);
  }

  TempFolder folder;
  Settings settings;
  std::string path = ::getenv("PATH");  // NOLINT(concurrency-mt-unsafe)
};

std::vector<std::string> ValuesOf(const EngineTrial& trial) {
  std::vector<std::string> values;
  for (const EngineTrial::Refused& refused : trial.refused) values.push_back(refused.value);
  return values;
}

TEST_CASE("an engine that takes everything tells who it is, in each mode") {
  const auto engine = GENERATE(EngineKind::kRedis, EngineKind::kValkey);
  const Layout layout =
      GENERATE(Layout{}, Layout::Sentinel(15, 15), Layout::Standalone(), Layout{.shards = 500});
  Rollout rollout(engine, layout);
  rollout.settings.auth = rollout.settings.sentinel.auth = GENERATE(true, false);
  Spill(rollout.folder / "sentinel.conf", "sentinel deny-scripts-reconfig yes\n");
  const EngineTrial trial = rollout.Tried("appendonly yes\nsave \"\"\nmaxmemory 100mb\n");
  CHECK(trial.end == TrialEnd::kAnswered);
  CHECK(trial.engine == (engine == EngineKind::kRedis ? "redis" : "valkey"));
  CHECK(trial.version.starts_with("8."));
  CHECK(trial.refused.empty());
}

TEST_CASE("every line that an engine refuses is found, of servers and of sentinels") {
  Rollout rollout(GENERATE(EngineKind::kRedis, EngineKind::kValkey), Layout::Sentinel(3, 3));
  Spill(rollout.folder / "sentinel.conf",
        "sentinel deny-scripts-reconfig nope\nsentinel no-such-thing 1\nloglevel loud\n");
  const EngineTrial trial = rollout.Tried(
      "maxmemory-policy nonsense\nmaxmemroy 1gb\nappendonly yes\nmaxmemory 2Gi\nno-such thing\n"
      "client-output-buffer-limit replica 1 2\n");
  CHECK(trial.end == TrialEnd::kAnswered);
  CHECK(std::ranges::is_permutation(
      ValuesOf(trial),
      std::vector<std::string>{
          "config.maxmemory-policy", "config.maxmemroy", "config.maxmemory", "config.no-such",
          "config.client-output-buffer-limit", "sentinel.config.sentinel deny-scripts-reconfig",
          "sentinel.config.sentinel no-such-thing", "sentinel.config.loglevel"}));
  CHECK(trial.refused[0].complaint.message.contains("noeviction"));
  CHECK_FALSE(trial.engine.empty());
}

TEST_CASE("a directive that an engine takes and does not know is told by its value") {
  const Rollout rollout(GENERATE(EngineKind::kRedis, EngineKind::kValkey));
  const EngineTrial trial = rollout.Tried(
      "list-max-ziplist-entries 512\nMaxMemory 100mb\nslave-read-only yes\nsave \"\"\n"
      "client-output-buffer-limit replica 0 0 0\nmaxmemory-policy nonsense\n");
  CHECK(trial.end == TrialEnd::kAnswered);
  CHECK(ValuesOf(trial) ==
        std::vector<std::string>{"config.maxmemory-policy", "config.list-max-ziplist-entries"});
  CHECK(trial.refused.back().complaint.message.contains("no effect"));
}

TEST_CASE("arguments that the engine refuses cannot be left out") {
  const Rollout rollout(GENERATE(EngineKind::kRedis, EngineKind::kValkey));
  const EngineTrial trial = rollout.Tried("maxmemory 2Gi\n", {"--maxclients", "many"});
  CHECK(trial.end == TrialEnd::kRefused);
  CHECK(ValuesOf(trial) == std::vector<std::string>{"config.maxmemory", "extraArgs"});
}

TEST_CASE("an engine that ends for another reason is told with the last lines of its log") {
  const Rollout rollout(GENERATE(EngineKind::kRedis, EngineKind::kValkey));
  const EngineTrial trial = rollout.Tried("loadmodule /no/such.so\n");
  CHECK(trial.end == TrialEnd::kEnded);
  CHECK(trial.what.starts_with("exit code 1: "));
  CHECK(trial.what.contains("Can't load module from /no/such.so"));
}

TEST_CASE("an image without the engine, with another one, and an engine that hangs or crashes") {
  const Rollout rollout(EngineKind::kRedis);
  SECTION("none") {
    rollout.Only("");
    const EngineTrial trial = rollout.Tried("");
    CHECK(trial.end == TrialEnd::kNoProgram);
    CHECK(trial.what.contains("redis-server"));
  }
  SECTION("the other one under this one's name, as upstream's images have it") {
    rollout.Only(BOWLINE_VALKEY_SERVER);
    CHECK(rollout.Tried("").engine == "valkey");
  }
  SECTION("it hangs") {
    Spill(rollout.folder / "hangs", "#!/bin/sh\nexec /bin/sleep 60\n");
    fs::permissions(rollout.folder / "hangs", fs::perms::owner_all);
    rollout.Only(rollout.folder / "hangs");
    const auto began = std::chrono::steady_clock::now();
    CHECK(rollout.Tried("", {}, Deadline::In(Milliseconds(500))).end == TrialEnd::kSilent);
    CHECK(Since(began) < Milliseconds(5000));
  }
  SECTION("it crashes, or is killed for its memory") {
    const auto [signal, end] =
        GENERATE(table<int, TrialEnd>({{SIGSEGV, TrialEnd::kEnded}, {SIGKILL, TrialEnd::kKilled}}));
    Spill(rollout.folder / "crashes",
          std::format("#!/bin/sh\necho last words\nkill -{} $$\n", signal));
    fs::permissions(rollout.folder / "crashes", fs::perms::owner_all);
    rollout.Only(rollout.folder / "crashes");
    const EngineTrial trial = rollout.Tried("");
    CHECK(trial.end == end);
    CHECK(trial.what == std::format("killed by signal {}: last words", signal));
  }
}

TEST_CASE("the gate takes what the engine's container tells, or what the kubelet says of it") {
  const FakeCluster cluster;
  const TempFolder folder;
  const auto await = [&](const char* pod, int milliseconds) {
    return AwaitTrial(cluster.Api(), {.name = pod, .name_space = "ns"}, folder / kTrialFile,
                      Deadline::In(Milliseconds(milliseconds)));
  };
  SECTION("told") {
    Spill(folder / kTrialFile, PrintTrial({.engine = "redis", .version = "8.0.2"}));
    CHECK(await("running", 20'000)->version == "8.0.2");
  }
  SECTION("told, but not understood") {
    Spill(folder / kTrialFile, "{}");
    CHECK_FALSE(await("running", 20'000));
  }
  SECTION("killed for its memory: at once") {
    const auto trial = await("killed", 20'000);
    REQUIRE(trial);
    CHECK(trial->end == TrialEnd::kKilled);
    CHECK(trial->what == "OOMKilled, exit code 137");
  }
  SECTION("its image cannot be pulled") {
    const auto trial = await("unpulled", 1500);
    REQUIRE(trial);
    CHECK(trial->end == TrialEnd::kNotStarted);
    CHECK(trial->what == "ImagePullBackOff: Back-off pulling image \"x\"");
  }
  SECTION("its image is still being pulled") {
    const auto trial = await("pulling", 1500);
    REQUIRE_FALSE(trial);
    CHECK(trial.error().code == Code::kAborted);  // the Job tries again
  }
  SECTION("nothing is known") {
    CHECK(await(GENERATE("running", "forbidden", "absent"), 1500)->end == TrialEnd::kUnknown);
  }
}

}  // namespace
}  // namespace bowline
