#include "plan/common/report.h"

#include <catch2/catch_test_macros.hpp>
#include <random>

#include "testing/plan/running_cluster.h"

namespace bowline {
namespace {

using testing::k00;
using testing::k01;
using testing::RunningCluster;

void CheckSame(const Report& a, const Report& b) { CHECK(a == b); }

Report MustParse(const std::string& text) {
  auto report = ParseReport(text);
  INFO((report ? std::string() : report.error().message));
  REQUIRE(report);
  return *std::move(report);
}

/// Every field has a value that is not its default. The bindings name all fields of each struct:
/// who adds one is told here.
Report FullReport() {
  Report report;
  auto& [member, pod, node, revision, installation, phase, reason, volume, held, damage, modified,
         epoch, position, handover, engine, sentinel, missed, written, evidence, fenced,
         unreplicated, writes_wait, last_copy, eviction, configured, passwords, without_users,
         passwords_used, passwords_wait, outgoing, foreign, kept_users, certificate_ends, pause,
         role_changes, role_seconds] = report;
  unreplicated = 46;
  writes_wait = "x";
  certificate_ends = 50;
  missed = 47;
  written = 48;
  evidence = "e";
  fenced = "f";
  last_copy = "l";
  eviction = true;
  configured = ConfiguredVerdict{.holds = true, .reason = "R", .message = "m", .revision = "v"};
  passwords = "w";
  without_users = "x";
  passwords_used = true;
  passwords_wait = {k00, k01};
  foreign = {"f", "g"};
  kept_users = std::map<std::string, std::string>{{"h", "i"}};
  outgoing = {{.of = "o", .hash = std::string(64, 'a'), .ends = 49}};
  pause = PauseOrder{.since = "s", .until = "t"};
  role_changes = {1, 47};
  role_seconds = 49;
  member = k01;
  pod = "p";
  node = "n";
  revision = "r";
  installation = "i";
  phase = Phase::kRunning;
  reason = "why";
  volume = VolumeKind::kData;
  held = true;
  damage = "d";
  modified = 11;
  epoch = 12;
  position = ReplicationPosition{.replication_id = "m",
                                 .offset = 13,
                                 .previous_id = "o",
                                 .previous_offset = 14,
                                 .epoch = 15,
                                 .in_sync = std::vector<MemberName>{k00, k01}};
  handover = HandoverNote{.to = k00, .epoch = 16, .min_replicas = 17};

  auto& [answers, problem, replied, info, refusal, cluster, view, keys, progress] = engine;
  answers = replied = true;
  problem = "p";
  refusal = "f";
  view = NodesView("v");
  keys = 18;
  progress = {{.work = Work::kLoading,
               .done = 51,
               .total = 52,
               .per_second = 53,
               .left_seconds = 54,
               .seconds = 55}};
  {
    auto& [primary, version, id, offset, previous_id, previous_offset, loading, loading_percent,
           host, port, link_up, syncing, sync_percent, down, last_io, replicas, good, append_only,
           append_ok, snapshot_ok] = info;
    primary = loading = link_up = syncing = append_only = true;
    append_ok = snapshot_ok = false;
    version = "8";
    id = "a";
    offset = 19;
    previous_id = "b";
    previous_offset = 20;
    loading_percent = 21;
    host = "h";
    port = 22;
    sync_percent = 23;
    down = 24;
    last_io = 25;
    replicas = {{.ip = "i", .port = 26, .state = "online", .offset = 27, .lag_seconds = 28}};
    good = 29;
  }
  {
    auto& [ok, assigned, slots_ok, fail, known, size, current, own] = cluster;
    ok = true;
    assigned = 30;
    slots_ok = 31;
    fail = 32;
    known = 33;
    size = 34;
    current = 35;
    own = 36;
  }
  auto& [said, trouble, ip, number, named, epochs, is_down, denies, failing, unsaved, followers,
         others] = sentinel.emplace();
  said = is_down = denies = failing = true;
  trouble = "t";
  ip = "j";
  number = 37;
  named = k00;
  epochs = {.current = 38, .config = 39, .leader = 40};
  unsaved = "u";
  followers = {{.ip = "k",
                .port = 41,
                .id = "x",
                .down = true,
                .connected = true,
                .silent_milliseconds = 42,
                .priority = 43}};
  others = {{.ip = "l",
             .port = 44,
             .id = "y",
             .down = true,
             .connected = true,
             .silent_milliseconds = 45,
             .priority = 46}};
  return report;
}

TEST_CASE("every field of a report travels") {
  const Report report = FullReport();
  CheckSame(MustParse(PrintReport(report)), report);
  // A view that cannot be read has no digest.
  CheckSame(MustParse(PrintReport(report, ViewForm::kDigest)), report);
}

TEST_CASE("every field of a view travels, whole and by its digest") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    const testing::RandomCluster cluster(seed);
    std::string text;
    for (const NodeLine& line : cluster.conf.lines) PrintNodeLine(text, line);
    Report report = FullReport();
    report.engine.view = NodesView(text);
    REQUIRE(report.engine.view.Readable());
    CheckSame(MustParse(PrintReport(report)), report);
    Report told = MustParse(PrintReport(report, ViewForm::kDigest));
    CHECK(told.engine.view.Missing() == report.engine.view.Digest());
    // Without its common lines it can only be told on as it came.
    CHECK(MustParse(PrintReport(told)) == told);
    told.engine.view.Complete(MustParse(PrintReport(report)).engine.view.common());
    CheckSame(told, report);
  }
}

TEST_CASE("a report with a digest is small, however many members there are") {
  Report report = FullReport();
  report.engine.view =
      testing::ViewOf(testing::MustSeed({.shards = 500, .replicas_per_shard = 1}), k01);
  CHECK(PrintReport(report).size() > 100'000);
  CHECK(PrintReport(report, ViewForm::kDigest).size() < 4'000);
}

TEST_CASE("a report arrives as it was sent") {
  RunningCluster cluster;
  Report report = cluster.Of(k01);
  report.reason = "resume: \"a replica\"\n\tby its own file \x01";
  report.position = ReplicationPosition{.replication_id = "abc", .offset = std::int64_t{1} << 60};
  report.engine.info.version = "8.0.2";
  report.engine.info.link_down_seconds = 7;
  report.engine.info.primary_host = "fd00::7";
  report.engine.info.primary_port = 6379;
  SECTION("of a running replica") {}
  SECTION("of a running primary") { report = cluster.Of(k00); }
  SECTION("of a member that decides") { report = cluster.Guard(k01, VolumeKind::kEmptied).Of(k01); }
  SECTION("of a member that stops") { report.phase = Phase::kStopping; }
  SECTION("of one that loads") {
    report.engine.info.loading = true;
    report.engine.view = {};
    report.engine.refusal = "NOREPLICAS: too few";
    report.engine.problem = "LOADING Redis is loading the dataset in memory";
  }
  SECTION("of one that has just begun") {
    report = Report();
    report.member = k01;
  }
  for (const VolumeKind kind : {VolumeKind::kFresh, VolumeKind::kSeeded, VolumeKind::kEmptied,
                                VolumeKind::kData, VolumeKind::kRefused}) {
    report.volume = kind;
    CheckSame(MustParse(PrintReport(report)), report);
  }
}

TEST_CASE("a server's report tells both histories of its noted position and of its engine") {
  Report report = RunningCluster().Of(k01);
  report.member = testing::ServerName(1);
  report.epoch = 7;
  report.position = ReplicationPosition{
      .replication_id = "b", .offset = 12, .previous_id = "a", .previous_offset = 10, .epoch = 7};
  report.engine.info.previous_id = "b";
  report.engine.info.previous_offset = 13;
  CheckSame(MustParse(PrintReport(report)), report);
  CHECK_FALSE(MustParse(PrintReport(report)).handover);
  report.handover = HandoverNote{.to = testing::ServerName(2), .epoch = 8};
  CHECK(MustParse(PrintReport(report)).handover == report.handover);
}

TEST_CASE("a sentinel's report arrives as it was sent") {
  Report report;
  report.member = testing::SentinelName(2);
  report.sentinel.emplace();
  SECTION("without a memory") {}
  SECTION("running") {
    report.phase = Phase::kRunning;
    *report.sentinel = {
        .answers = true,
        .problem = "x",
        .primary_ip = "fd00::1",
        .primary_port = 6379,
        .primary = testing::ServerName(1),
        .epochs = {.current = 9, .config = 8, .leader = ~std::uint64_t{0}},
        .primary_down = true,
        .primary_denies = true,
        .failing_over = true,
        .unsaved = "no space",
        .replicas = {{.ip = "10.0.0.1", .port = 1, .id = "", .down = true},
                     {.ip = "10.0.0.2", .connected = true, .silent_milliseconds = 12}},
        .sentinels = {{.ip = "10.0.0.3", .port = 26379, .id = "abc"}}};
  }
  const std::string text = PrintReport(report);
  CheckSame(MustParse(text), report);
  for (const auto& [from, to] : {std::pair{"\"answers\":", "\"answer\":"},
                                 {"\"primaryPort\":", "\"port\":"},
                                 {"\"configEpoch\":", "\"epoch\":"},
                                 {"\"sentinels\":[", "\"others\":["}}) {
    CAPTURE(from);
    CHECK_FALSE(ParseReport(testing::Replace(text, from, to)));
  }
}

TEST_CASE("which members hold data") {
  Report report;
  const auto with = [&](VolumeKind volume, bool held, Phase phase, std::int64_t keys) {
    report.volume = volume;
    report.held = held;
    report.phase = phase;
    report.engine.keys = keys;
    return report.HasData();
  };
  CHECK(with(VolumeKind::kData, false, Phase::kGuard, 0));
  CHECK(with(VolumeKind::kRefused, false, Phase::kGuard, 0));
  CHECK_FALSE(with(VolumeKind::kFresh, false, Phase::kRunning, 0));
  CHECK(with(VolumeKind::kFresh, false, Phase::kRunning, 1));
  CHECK(with(VolumeKind::kFresh, true, Phase::kRunning, 0));  // got them in this life
  CHECK_FALSE(with(VolumeKind::kEmptied, true, Phase::kGuard, 0));
  CHECK_FALSE(with(VolumeKind::kEmptied, true, Phase::kRunning, 0));  // not synced again yet
  CHECK(with(VolumeKind::kEmptied, true, Phase::kRunning, 1));
}

TEST_CASE("an epoch beyond 63 bits, as a damaged file may carry it") {
  Report report = RunningCluster().Of(k00);
  report.engine.cluster.current_epoch = ~std::uint64_t{0};
  CheckSame(MustParse(PrintReport(report)), report);
}

TEST_CASE("what is no report is refused") {
  const std::string good = PrintReport(RunningCluster().Of(k00));
  const auto with = [&](const std::string& from, const std::string& to) {
    return testing::Replace(good, from, to);
  };
  for (const std::string& text :
       {std::string(), std::string("null"), std::string("[]"), std::string("{}"),
        std::string("<html>404</html>"), with("\"version\":1", "\"version\":2"),
        with("\"shard-0-0\"", "\"shard-0\""), with("\"running\"", "\"walking\""),
        with("\"data\"", "\"gone\""), with("\"held\":true", "\"held\":1"),
        with("\"engine\"", "\"motor\""), with("\"view\":", "\"viewDigest\":"),
        with("\"view\":", "\"viewDigest\":\"0\",\"viewLines\":"),
        with("\"keys\":10", "\"keys\":\"10\""),
        with("\"datasetModified\":1800000000", "\"datasetModified\":1.5")}) {
    CAPTURE(text);
    const auto report = ParseReport(text);
    REQUIRE_FALSE(report);
    CHECK(report.error().code == Code::kInvalidArgument);
  }
}

TEST_CASE("every strict prefix of a report is refused, and damaged bytes never crash") {
  const std::string good = PrintReport(RunningCluster().Of(k00));
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK_FALSE(ParseReport(std::string_view(good).substr(0, size)));
  }
  std::mt19937 random(7);
  for (int i = 0; i < 500; ++i) {
    std::string text = good;
    text[random() % text.size()] = static_cast<char>(random());
    const auto report = ParseReport(text);  // either way is right, as long as it ends
    CHECK((report || report.error().code == Code::kInvalidArgument));
  }
}

TEST_CASE("phases have their names") {
  CHECK(PhaseName(Phase::kGuard) == "guard");
  CHECK(PhaseName(Phase::kRunning) == "running");
  CHECK(PhaseName(Phase::kStopping) == "stopping");
}

}  // namespace
}  // namespace bowline
