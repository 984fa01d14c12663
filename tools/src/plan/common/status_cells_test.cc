#include "plan/common/status_cells.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/model.h"

namespace bowline {
namespace {

constexpr const char* kTime = "2026-11-30T03:00:00Z";

TEST_CASE("what an engine's INFO tells") {
  for (const std::string engine : testing::kEngines) {
    CAPTURE(engine);
    const EngineFacts facts = ReadEngineFacts(testing::ReadTestdata(engine + "/info-primary.txt"));
    CHECK(facts.used_memory > 100'000);
    CHECK(facts.max_memory == 0);
    CHECK(facts.clients >= 1);
    CHECK(facts.uptime_seconds >= 0);
    CHECK(facts.saved_at > 1'700'000'000);
    CHECK(facts.unsaved_changes >= 0);
    CHECK(facts.snapshot_ok);
  }
  CHECK(ReadEngineFacts("") == EngineFacts{});
  CHECK(ReadEngineFacts("used_memory:much\r\nmaxmemory:5\r\n") == EngineFacts{.max_memory = 5});
}

TEST_CASE("memory") {
  CHECK(MemoryCell({}).text.empty());
  CHECK(MemoryCell({.used_memory = 2048, .max_memory = 0}).text == "2.0K");
  CHECK(MemoryCell({.used_memory = 2048, .max_memory = 10'240}).text == "2.0K/10.0K 20%");
  CHECK(MemoryCell({.used_memory = 899, .max_memory = 1000}).tone == Tone::kPlain);
  CHECK(MemoryCell({.used_memory = 900, .max_memory = 1000}).tone == Tone::kUneasy);
}

TEST_CASE("persistence") {
  constexpr std::int64_t kNow = 1000;
  const EngineFacts rdb{.saved_at = 940, .snapshot_ok = true};
  CHECK(PersistenceCell({}, kNow).text.empty());
  CHECK(PersistenceCell(rdb, kNow).text == "rdb 1m0s ago");
  CHECK(PersistenceCell(rdb, kNow - 100).text == "rdb 0s ago");  // another clock
  EngineFacts all = rdb;
  all.append_only = all.append_ok = all.saves = true;
  all.unsaved_changes = 12;
  CHECK(PersistenceCell(all, kNow).text == "aof, rdb 1m0s ago, 12 changed since, saves now");
  CHECK(PersistenceCell(all, kNow).tone == Tone::kPlain);
  CHECK(PersistenceCell(all, kNow, {{.work = Work::kRewrite, .done = 1, .total = 4}})
            .text.ends_with("changed since, saves now: 1 of 4 keys (25%)"));
  CHECK(PersistenceCell(rdb, kNow, {{.work = Work::kSave, .done = 1}}).text ==
        "rdb 1m0s ago, saves now: 1 keys");
  CHECK(PersistenceCell(rdb, kNow, {{.work = Work::kLoading}}).text == "rdb 1m0s ago");
  all.append_ok = false;
  CHECK(PersistenceCell(all, kNow).text.starts_with("aof fails, "));
  CHECK(PersistenceCell(all, kNow).tone == Tone::kBad);
  EngineFacts fails = rdb;
  fails.snapshot_ok = false;
  CHECK(PersistenceCell(fails, kNow).text == "rdb fails, last 1m0s ago");
  CHECK(PersistenceCell(fails, kNow).tone == Tone::kBad);
}

TEST_CASE("the end of a certificate, and when it is near") {
  constexpr std::int64_t kEnd = 1'796'083'200;  // 2026-12-01
  constexpr std::int64_t kDay = 86'400;
  CHECK(CertificateCell(0, kEnd).text.empty());
  CHECK(CertificateCell(kEnd, kEnd - 63 * kDay).text == "2026-12-01 (63d0h)");
  CHECK(CertificateCell(kEnd, kEnd - 63 * kDay).tone == Tone::kPlain);
  CHECK(CertificateCell(kEnd, kEnd - 20 * kDay).tone == Tone::kUneasy);
  CHECK(CertificateCell(kEnd, kEnd).text == "2026-12-01 (ended)");
  CHECK(CertificateCell(kEnd, kEnd).tone == Tone::kBad);
}

/// A state as the topology tells it, what else the report has, and what is said of both.
struct StateCase {
  std::string state, reason;
  void (*change)(Report&);
  std::string text;
  Tone tone;
};

TEST_CASE("the state, with figures and with what holds beside it") {
  const auto nothing = [](Report&) {};
  const std::vector<StateCase> cases{
      {"ok", "", nothing, "ok", Tone::kGood},
      {"silent", "", nothing, "silent", Tone::kBad},
      {"guard", "server-1 is silent", nothing, "guard: server-1 is silent", Tone::kUneasy},
      {"no answer", "", nothing, "no answer", Tone::kBad},
      {"loading", "", [](Report& report) { report.engine.info.loading_percent = 41.7; },
       "loading 42%", Tone::kUneasy},
      {"syncing", "", [](Report& report) { report.engine.info.sync_percent = 7; }, "syncing 7%",
       Tone::kUneasy},
      {"loading", "",
       [](Report& report) {
         report.engine.progress = {{.work = Work::kLoading, .done = 512, .total = 1024}};
       },
       "loading 512B of 1.0K (50%)", Tone::kUneasy},
      {"syncing", "",
       [](Report& report) {
         report.engine.progress = {{.work = Work::kFullCopy, .done = 512, .per_second = 8}};
       },
       "syncing 512B, 8B/s", Tone::kUneasy},
      {"link down", "", nothing, "link down", Tone::kBad},
      {"link down", "", [](Report& report) { report.engine.info.link_down_seconds = 75; },
       "link down for 1m15s", Tone::kBad},
      {"ok", "", [](Report& report) { report.fenced = "nobody is heard"; },
       "fenced, its writes are paused: nobody is heard", Tone::kBad},
      {"loading", "", [](Report& report) { report.fenced = "why"; },
       "loading 0%; fenced, its writes are paused: why", Tone::kBad},
      {"ok", "", [](Report& report) { report.missed_seconds = 12; },
       "ok; held back, it has missed writes for 12s", Tone::kUneasy},
      {"ok", "", [](Report& report) { report.last_copy = "why"; }, "ok; last copy", Tone::kUneasy},
      {"ok", "", [](Report& report) { report.damage = "cut"; }, "ok; its dataset is damaged: cut",
       Tone::kUneasy},
      {"ok", "",
       [](Report& report) {
         report.pause = PauseOrder{.since = "s", .until = "2026-11-30T03:00:01Z"};
       },
       "ok; paused", Tone::kUneasy},
      {"ok", "", [](Report& report) { report.pause = PauseOrder{.since = "s", .until = kTime}; },
       "ok", Tone::kGood},
      {"ok", "",
       [](Report& report) {
         report.configured = ConfiguredVerdict{.holds = false, .reason = "RestartNeeded"};
       },
       "ok; settings: RestartNeeded", Tone::kUneasy},
      {"ok", "",
       [](Report& report) {
         report.configured = ConfiguredVerdict{.holds = true, .reason = "Applied"};
       },
       "ok", Tone::kGood},
  };
  for (const StateCase& one : cases) {
    Report report;
    one.change(report);
    const TopologyRow row{.state = one.state, .reason = one.reason};
    const GridCell cell = StateCell(row, &report, kTime);
    CHECK(cell.text == one.text);
    CHECK(cell.tone == one.tone);
  }
  CHECK(StateCell({.state = "silent"}, nullptr, kTime).text == "silent");
}

TEST_CASE("a replica's lag, and when its primary last had word of it") {
  const MemberName leader = testing::ServerName(0);
  const MemberName replica = testing::ServerName(1);
  Topology topology;
  topology.rows = {{.member = leader, .address = "10.0.0.1", .role = "primary"},
                   {.member = replica, .address = "10.0.0.2", .role = "replica", .lag = 1536}};
  Reports reports;
  const auto lag = [&](std::size_t row) { return LagCell(topology.rows[row], topology, reports); };
  CHECK(lag(0).text.empty());
  CHECK(lag(1).text == "1.5K");
  ReplicaEntry entry{.ip = "10.0.0.2", .lag_seconds = 2};
  reports[leader].engine.info.replicas = {{.ip = "10.0.0.9", .lag_seconds = 50}, entry};
  CHECK(lag(1).text == "1.5K 2s");
  CHECK(lag(1).tone == Tone::kPlain);
  reports[leader].engine.info.replicas[1].lag_seconds = 3;
  CHECK(lag(1).text == "1.5K 3s");
  CHECK(lag(1).tone == Tone::kUneasy);
  topology.rows[1].lag = -1;
  CHECK(lag(1).text == "? 3s");
}

}  // namespace
}  // namespace bowline
