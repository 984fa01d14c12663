#include "runtime/live_settings.h"

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <format>

#include "testing/sys.h"

namespace bowline {
namespace {

using testing::Spill;
using testing::TempFolder;

std::string Json(const TempFolder& folder, std::string_view level, int http = 8379,
                 int stuck = 30) {
  return std::format(R"({{"version": 1, "release": "r", "namespace": "ns", "fullname": "f",
    "mode": "standalone", "engine": "redis", "clusterDomain": "cluster.local",
    "ports": {{"client": 6379, "http": {}, "peers": 8380}}, "auth": {{"enabled": true, "directory": "{}"}},
    "persistence": {{"enabled": true}}, "engineStuckSeconds": {},
    "terminationGracePeriodSeconds": 60, "log": {{"format": "json", "level": "{}"}}}})",
                     http, folder.path().string(), stuck, level);
}

struct Mounted {
  Mounted() {
    paths.config = folder / "bowline.json";
    Spill(paths.config, Json(folder, "info"));
    Spill(folder / "password", "first");
  }
  [[nodiscard]] LiveSettings Live() const {
    const Settings settings = *LoadSettings(paths.config);
    return {settings, *LoadSecrets(settings), paths,
            [this](const Settings& used) { level = used.log_level; }};
  }

  TempFolder folder;
  Paths paths;
  mutable std::string level;  ///< of the log, as last told
};

TEST_CASE("nothing is told of files that are as they were") {
  const Mounted mounted;
  LiveSettings live = mounted.Live();
  CHECK(live.Refresh().Empty());
  CHECK(live.Refresh().Empty());
  CHECK(live.Version() == 1);
}

bool AllInUse(const LiveSettings& live) { return live.Error().empty() && live.Waiting().empty(); }

TEST_CASE("all that is mounted is in use until something else is mounted that is not live") {
  const Mounted mounted;
  LiveSettings live = mounted.Live();
  (void)live.Refresh();
  CHECK(AllInUse(live));
  SECTION("what is live") {
    Spill(mounted.paths.config, Json(mounted.folder, "debug"));
    (void)live.Refresh();
    CHECK(AllInUse(live));
  }
  SECTION("what is not") {
    Spill(mounted.paths.config, Json(mounted.folder, "info", 9000));
    (void)live.Refresh();
    CHECK_FALSE(AllInUse(live));
    Spill(mounted.paths.config, Json(mounted.folder, "info"));
    (void)live.Refresh();
    CHECK(AllInUse(live));
  }
  SECTION("what cannot be read") {
    Spill(mounted.paths.config, "{");
    (void)live.Refresh();
    (void)live.Refresh();
    CHECK_FALSE(AllInUse(live));
  }
}

TEST_CASE("what is live holds at once, the rest is declared alone; both are told once") {
  const Mounted mounted;
  LiveSettings live = mounted.Live();
  const auto before = live.Get();
  Spill(mounted.paths.config, Json(mounted.folder, "debug", 9000, 45));
  const SettingsNews news = live.Refresh();
  CHECK(Tell(news.changes) ==
        "ports.http: 8379 -> 9000 (from the next start of this container on), engineStuckSeconds: "
        "30 -> 45 (at once), log.level: info -> debug (at once)");
  CHECK(live->log_level == "debug");
  CHECK(mounted.level == "debug");
  CHECK(live->engine_stuck_seconds == 45);
  CHECK(live->ports.http == 8379);
  CHECK(live.Declared()->ports.http == 9000);
  CHECK(live.Version() == 2);
  CHECK(before->log_level == "info");  // whoever has taken it keeps it as it was
  CHECK(live.Refresh().Empty());
}

TEST_CASE("what goes back to the start's is told, and is as at the start") {
  const Mounted mounted;
  LiveSettings live = mounted.Live();
  Spill(mounted.paths.config, Json(mounted.folder, "debug"));
  (void)live.Refresh();
  Spill(mounted.paths.config, Json(mounted.folder, "info"));
  CHECK(Tell(live.Refresh().changes) == "log.level: debug -> info (at once)");
  CHECK(live->log_level == "info");
  CHECK(live.Version() == 3);
}

TEST_CASE("a file that is gone or broken changes nothing, and is told once") {
  const Mounted mounted;
  LiveSettings live = mounted.Live();
  Spill(mounted.paths.config, R"({"version": 2})");
  const SettingsNews broken = live.Refresh();
  CHECK(broken.error.contains("bowline.json: version is 2"));
  CHECK(live.Refresh().Empty());
  std::filesystem::remove(mounted.paths.config);
  CHECK_FALSE(live.Refresh().error.empty());
  CHECK(live.Refresh().Empty());
  CHECK(live->log_level == "info");
  CHECK(live.Version() == 1);
  Spill(mounted.paths.config, Json(mounted.folder, "debug"));
  CHECK(live.Refresh().changes.size() == 1);
}

TEST_CASE("a file that is gone a second time is told a second time") {
  const Mounted mounted;
  LiveSettings live = mounted.Live();
  (void)live.Refresh();
  for (int i = 0; i < 2; ++i) {
    std::filesystem::remove(mounted.paths.config);
    CHECK_FALSE(live.Refresh().error.empty());
    Spill(mounted.paths.config, Json(mounted.folder, "info"));
    CHECK(live.Refresh().Empty());
  }
}

TEST_CASE("other passwords are mounted, and in use when somebody says so") {
  const Mounted mounted;
  LiveSettings live = mounted.Live();
  CHECK(live.SecretsInUse());
  Spill(mounted.folder / "password", "second");
  CHECK(live.Refresh().Empty());
  CHECK(live.Secrets().password == "first");
  CHECK(live.MountedSecrets().password == "second");
  CHECK_FALSE(live.SecretsInUse());
  // A member that has the new one alone is understood before the own engine lets it in.
  CHECK(live.Keys().known.size() == 2);
  CHECK(live.Keys().known.front() == live.MountedSecrets().peer_key);
  live.UseSecrets(Succeed(live.Secrets(), live.MountedSecrets()));
  CHECK(live.SecretsInUse());
  CHECK(live.Secrets().password == "second");
  CHECK(live.Keys().known.size() == 2);
}

TEST_CASE("a Secret that cannot be used is told once, and changes nothing") {
  const Mounted mounted;
  LiveSettings live = mounted.Live();
  Spill(mounted.folder / "password", " \n");
  CHECK(live.Refresh().error.contains("password is empty"));
  CHECK(live.Refresh().Empty());
  CHECK(live.MountedSecrets().password == "first");
}

}  // namespace
}  // namespace bowline
