// What the guard does to the volume of a member that may start. How it decides is of
// plan/*start*_test.cc.

#include "apply/common/guard.h"

#include <catch2/catch_test_macros.hpp>

#include "apply/common/dataset_io.h"
#include "apply/common/dataset_repair.h"
#include "apply/common/engine_probe.h"
#include "apply/common/lanes.h"
#include "apply/common/volume_io.h"
#include "apply/driver.h"
#include "testing/kube.h"
#include "testing/plan/running_cluster.h"
#include "testing/sys.h"

namespace bowline {
namespace {

using testing::FreePort;
using testing::SentinelName;
using testing::ServerName;
using testing::Soon;
using testing::Spill;
using testing::TempFolder;
using testing::TestIdentity;

constexpr MemberName kSelf = ServerName(0);
constexpr MemberName kSentinel = SentinelName(0);

/// The report of a sentinel that names `primary`.
Report ReportOfSentinel(MemberName primary, std::uint64_t epoch) {
  Report report = testing::RunningReport(kSentinel);
  report.volume = VolumeKind::kSeeded;
  report.sentinel = {.answers = true,
                     .primary_ip = "127.0.0.1",
                     .primary_port = 6379,
                     .primary = primary,
                     .epochs = {.current = epoch, .config = epoch}};
  return report;
}

PeerChannel ChannelOfSentinel() {
  return {.keys = {{""}},
          .self = {.identity = TestIdentity(),
                   .member = kSentinel.ToString(),
                   .pod = TestIdentity().release + "-" + kSentinel.ToString()},
          .rejected = {}};
}

/// server-0's volume: with data, and a note that it once gave the lead away.
void Fill(const TempFolder& volume, const HandoverNote& note) {
  REQUIRE(SaveState(volume.path(),
                    {.identity = TestIdentity(), .member = kSelf.ToString(), .held = true}));
  SavePosition(volume.path(),
               {.replication_id = "history", .offset = 100, .previous_id = "", .epoch = 3});
  REQUIRE(SaveHandoverNote(volume.path(), note));
  REQUIRE(SaveAddresses(volume.path(),
                        {{kSelf, {.ip = "127.0.0.1"}}, {kSentinel, {.ip = "127.0.0.1"}}}));
  Spill(volume / "dump.rdb", std::string(200, 'x'));
}

/// server-0 of a set of one server and one sentinel, which names it.
class OneServer {
 public:
  explicit OneServer(const TempFolder& volume) : paths_{.data = volume.path()} {
    settings_.layout = Layout::Sentinel(1, 1);
    settings_.name_space = TestIdentity().name_space;
    settings_.release = settings_.fullname = TestIdentity().release;
    settings_.cluster_domain = "invalid";  // the saved addresses are taken
    settings_.ports.peers = FreePort();
    paths_.engine_directives = directives_ / "engine.conf";
    sentinel_.On(
        "POST", kReportPath,
        AnswerReports({.channel = [] { return ChannelOfSentinel(); },
                       .report = [](Milliseconds) { return ReportOfSentinel(kSelf, 3); }}));
    REQUIRE(sentinel_.Start(settings_.ports.peers));
    probe_.emplace("127.0.0.1", FreePort(), LoginSource(), false);
    live_.emplace(lanes_.engine, Report{.member = kSelf}, settings_.layout, *probe_);
    used_.emplace(settings_, EngineSecrets{}, paths_);
    peers_.emplace(*used_, kSelf, *live_, events_);
  }

  void Configure(const std::string& directives) const {
    Spill(directives_ / "engine.conf", directives);
  }
  /// Until it may start; `each` is called between two looks.
  GuardOutcome Run(
      const std::function<void()>& each = [] {},
      std::optional<DatasetDamage> damage = std::nullopt) {
    Guard guard(*used_, kSelf, DriverOf(settings_.layout), *live_, events_, conditions_, *peers_,
                std::move(damage));
    const Deadline patience = Soon();
    auto outcome = guard.Run([&](Milliseconds time) {
      each();
      return patience.Sleep(time);
    });
    INFO((outcome ? std::string() : outcome.error().message));
    REQUIRE(outcome);
    return *std::move(outcome);
  }
  LiveState& live() { return *live_; }

 private:
  Settings settings_;
  Paths paths_;
  TempFolder directives_;
  HttpServer sentinel_{PeerLimits()};
  std::optional<EngineProbe> probe_;
  Lanes lanes_;
  std::optional<LiveState> live_;
  EventSink events_{lanes_.api, {}, false};
  PodConditions conditions_{lanes_.api, {}, false, true};
  std::optional<LiveSettings> used_;
  std::optional<Peers> peers_;
};

TEST_CASE("who leads again has given nothing away: the note is gone, also for the others") {
  const TempFolder volume;
  Fill(volume, {.to = ServerName(1), .epoch = 2});
  OneServer server(volume);
  bool had_note = false;
  const GuardOutcome outcome =
      server.Run([&] { had_note = had_note || server.live().Last().handover; });
  CHECK(outcome.decision == "Resume");
  CHECK(had_note);
  CHECK_FALSE(ReadVolume(volume.path())->handover);
  CHECK_FALSE(outcome.volume.handover);
  CHECK_FALSE(server.live().Last().handover);
}

TEST_CASE("a dump beside appendonly yes is the base of the append-only files before the start") {
  const TempFolder volume;
  Fill(volume, {.to = ServerName(1), .epoch = 2});
  Spill(volume / "temp-17.rdb", "never finished");
  OneServer server(volume);
  server.Configure("appendonly yes\n");
  const GuardOutcome outcome = server.Run();
  CHECK(outcome.volume.kind == VolumeKind::kData);
  const auto files = ReadDataset(volume.path());
  REQUIRE((files && files->manifest));
  CHECK(files->manifest->contains(AdoptedName(1)));
  CHECK(PlanDataset(*files, true).action == DatasetAction::kNone);
  // The position claimed what the dump may not have; its epoch holds.
  REQUIRE(outcome.volume.position);
  CHECK(outcome.volume.position->replication_id.empty());
  CHECK(outcome.volume.position->epoch == 3);
  CHECK_FALSE(std::filesystem::exists(volume / "temp-17.rdb"));
}

TEST_CASE("append-only files that are newer than the dump are used in spite of appendonly no") {
  const TempFolder volume;
  Fill(volume, {.to = ServerName(1), .epoch = 2});
  std::filesystem::remove(volume / "dump.rdb");
  Spill(volume / kOldLogFile, "*1\r\n$4\r\nPING\r\n");
  OneServer server(volume);
  CHECK(server.Run().append_only);
}

TEST_CASE("a damaged end is cut off before the only server leads, and what is cut is kept") {
  const TempFolder volume;
  Fill(volume, {.to = ServerName(1), .epoch = 2});
  std::filesystem::remove(volume / "dump.rdb");
  std::filesystem::create_directory(volume / kLogFolder);
  const std::string good = "*1\r\n$4\r\nPING\r\n";
  const std::filesystem::path log = volume.path() / kLogFolder;
  Spill(log / "appendonly.aof.1.incr.aof", good + "*2\r\n$3");
  Spill(log / kManifestFile, "file appendonly.aof.1.incr.aof seq 1 type i\n");
  OneServer server(volume);
  server.Configure("appendonly yes\n");
  const auto damage = FindDamage(volume.path(), true);
  REQUIRE(damage);
  const GuardOutcome outcome = server.Run([] {}, damage);
  CHECK(outcome.decision == "Resume");
  CHECK(outcome.reason.contains("the last 6 bytes are dropped"));
  CHECK(testing::Slurp(log / "appendonly.aof.1.incr.aof") == good);
  CHECK_FALSE(FindDamage(volume.path(), true));
}

/// A standalone server of the fullname "grown", of which the fake API declares a set.
class AloneServer {
 public:
  AloneServer() {
    settings_.layout = Layout::Standalone();
    settings_.name_space = "ns";
    settings_.release = settings_.fullname = "grown";
    settings_.cluster_domain = "invalid";  // the saved addresses are taken
    settings_.ports.peers = FreePort();
    paths_.data = volume_.path();
    paths_.config = folder_ / "bowline.json";
    paths_.engine_directives = folder_ / "engine.conf";
    Spill(paths_.engine_directives, "appendonly yes\n");
    REQUIRE(SaveAddresses(volume_.path(), {{kSelf, {.ip = "127.0.0.1", .port = 6379}}}));
    probe_.emplace("127.0.0.1", FreePort(), LoginSource(), false);
    live_.emplace(lanes_.engine, Report{.member = kSelf}, settings_.layout, *probe_);
  }

  /// It has lived already: its volume knows the installation, so that no record is needed.
  void HasData(const std::string& engine = "") const {
    Identity identity = TestIdentity();
    identity.name_space = settings_.name_space;
    identity.release = settings_.release;
    REQUIRE(SaveState(
        volume_.path(),
        {.identity = identity, .member = kSelf.ToString(), .held = true, .engine = engine}));
    Spill(volume_ / "dump.rdb", std::string(200, 'x'));
  }
  void AsksApi() { settings_.record = "grown-record"; }
  void Mounted(const std::string& text) const { Spill(paths_.config, text); }
  /// `each` is called between two looks; false ends it.
  Result<GuardOutcome> Run(
      const std::function<bool()>& each = [] { return true; }, bool again = false) {
    LiveSettings used(settings_, {}, paths_);
    Peers peers(used, kSelf, *live_, events_);
    Guard guard(used, kSelf, DriverOf(settings_.layout), *live_, events_, conditions_, peers,
                std::nullopt, again);
    const Deadline patience = Soon();
    return guard.Run([&](Milliseconds time) { return each() && patience.Sleep(time); });
  }
  LiveState& live() { return *live_; }
  [[nodiscard]] const TempFolder& volume() const { return volume_; }

 private:
  TempFolder volume_;
  TempFolder folder_;
  Settings settings_;
  Paths paths_;
  std::optional<EngineProbe> probe_;
  Lanes lanes_;
  std::optional<LiveState> live_;
  EventSink events_{lanes_.api, {}, false};
  PodConditions conditions_{lanes_.api, {}, false, true};
};

std::string DeclaredByApi() {
  return testing::FakeCluster::Api()
      .GetConfigMap("ns", "grown-config", Soon())
      ->data.at("bowline.json");
}

TEST_CASE(
    "a standalone server starts without asking anybody, and its installation is on its volume") {
  AloneServer server;
  const auto outcome = server.Run();
  INFO((outcome ? std::string() : outcome.error().message));
  REQUIRE(outcome);
  CHECK(outcome->decision == "Resume");
  CHECK_FALSE(outcome->follow);
  const auto files = ReadVolume(server.volume().path());
  REQUIRE((files && files->state));
  const auto state = ParseVolumeState(*files->state);
  REQUIRE(state);
  CHECK_FALSE(state->identity.installation.empty());
  CHECK(state->engine == "redis");
  CHECK(state->mode == "standalone");
}

TEST_CASE("a volume of another engine is refused without API rights alone") {
  const testing::FakeCluster cluster;
  AloneServer server;
  server.HasData("valkey");
  SECTION("without") {
    const auto outcome = server.Run();
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == Code::kDataLoss);
    CHECK(outcome.error().message.contains("set engine=valkey again"));
  }
  SECTION("with them the gate was asked") {
    server.AsksApi();
    const auto outcome = server.Run([] { return true; }, true);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == Code::kUnavailable);  // its release grows, see below
  }
}

TEST_CASE("which engine wrote data that is there is not said before it has read it") {
  AloneServer server;
  server.HasData();
  REQUIRE(server.Run());
  const auto files = ReadVolume(server.volume().path());
  REQUIRE((files && files->state));
  const auto state = ParseVolumeState(*files->state);
  REQUIRE(state);
  CHECK(state->engine.empty());
  CHECK(state->mode == "standalone");
}

TEST_CASE("a standalone server that dies while its release grows waits for its new settings") {
  const testing::FakeCluster cluster;
  AloneServer server;
  server.HasData();
  server.AsksApi();
  std::string waited_for;
  const auto outcome = server.Run([&] {
    const std::string reason = server.live().Last().reason;
    if (!reason.contains("2 servers, 3 sentinels")) return true;
    waited_for = reason;
    server.Mounted(DeclaredByApi());
    return true;
  });
  CHECK(waited_for.contains("delete this pod"));
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == Code::kUnavailable);
}

TEST_CASE("an API server that falls silent takes back nothing that it has told") {
  testing::FakeCluster cluster;
  AloneServer server;
  server.HasData();
  server.AsksApi();
  std::optional<std::chrono::steady_clock::time_point> killed;
  const std::string declared = DeclaredByApi();
  const auto outcome = server.Run([&] {
    if (!killed && server.live().Last().reason.contains("2 servers, 3 sentinels")) {
      cluster.Kill();
      killed = std::chrono::steady_clock::now();
    }
    // Long enough for more questions (kDeclaredLook).
    if (killed && Since(*killed) > Milliseconds(5000)) server.Mounted(declared);
    return true;
  });
  CHECK(killed);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == Code::kUnavailable);
}

TEST_CASE("the same in a container whose engine has run: the container ends at once") {
  const testing::FakeCluster cluster;
  AloneServer server;
  server.HasData();
  server.AsksApi();
  const auto outcome = server.Run([] { return true; }, true);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == Code::kUnavailable);
  CHECK(outcome.error().message.contains("2 servers, 3 sentinels"));
}

TEST_CASE("without an answer of the API server a standalone server starts alone") {
  testing::FakeCluster cluster;
  AloneServer server;
  server.HasData();
  server.AsksApi();
  cluster.Kill();
  const auto outcome = server.Run();
  INFO((outcome ? std::string() : outcome.error().message));
  REQUIRE(outcome);
  CHECK(outcome->decision == "Resume");
}

}  // namespace
}  // namespace bowline
