// GET /metrics with real engines.

#include "apply/common/metrics_page.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "apply/common/lanes.h"
#include "plan/rules.h"
#include "testing/apply.h"

namespace bowline {
namespace {

using testing::Engine;
using testing::Eventually;
using testing::ServerName;
using testing::Soon;

constexpr Milliseconds kUnanswered{2500};

Settings SettingsAt(int port) {
  Settings settings;
  settings.layout = Layout::Sentinel(3, 3);
  settings.ports.client = settings.ports.sentinel = port;
  settings.auth = false;
  return settings;
}

/// server-0, whose engine is at that port.
struct Member {
  explicit Member(int port) : settings(SettingsAt(port)) {}

  Settings settings;
  EngineProbe probe{Engine::kIp, settings.ports.client, {}, false};
  Lanes lanes;
  LiveState live{lanes.engine, Report{.member = ServerName(0)}, settings.layout, probe};
  EventSink events{lanes.api, {}, false};
  LiveSettings used{settings, {}, {}};
  Peers peers{used, ServerName(0), live, events};
  MetricsPage page{
      lanes.engine, lanes.api,
      MetricsPage::Sources{
          .settings = used,
          .rules = RulesOf(settings.layout),
          .live = live,
          .peers = peers,
          .statistics = {.port = settings.ports.client, .login = {}, .ask = &AskStatistics},
          .texts = [this] { return probe.Texts(); }}};

  /// As the HTTP server asks for it: again and again until there is an answer.
  HttpAnswer Scrape() {
    const auto asked = std::chrono::steady_clock::now();
    while (true) {
      if (const auto answer = page.Answer(Since(asked))) return *answer;
      (void)Soon().Sleep(Milliseconds(5));
    }
  }
};

std::string_view AnyEngine() { return GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER); }

TEST_CASE("a page has the engine's metrics and the program's own") {
  const Engine engine{std::string(AnyEngine())};
  Member member(engine.port());
  member.live.SetPhase(Phase::kRunning, "");
  REQUIRE(Eventually([&] { return member.live.LastAnswer().answers; }));
  const HttpAnswer answer = member.Scrape();
  CHECK(answer.status == 200);
  CHECK(answer.content_type == "text/plain; version=0.0.4; charset=utf-8");
  for (const char* part :
       {"\nredis_up 1\n", "\nredis_connected_clients ", "redis_commands_total{cmd=\"info\"} ",
        "redis_latency_percentiles_usec{cmd=\"info\",quantile=\"50\"} ", "\nredis_slowlog_length ",
        "redis_commands_latencies_usec_bucket{cmd=\"info\",le=", "\nredis_config_maxmemory ",
        "\nbowline_ready ", "\nbowline_primary 1\n", "\nbowline_members_declared 6\n"}) {
    CAPTURE(part, answer.body);
    CHECK(answer.body.contains(part));
  }
}

TEST_CASE("scrapes within a second get one page, and the engine is asked once") {
  const Engine engine{std::string(AnyEngine())};
  Member member(engine.port());
  member.live.SetPhase(Phase::kRunning, "");
  REQUIRE(Eventually([&] { return member.live.LastAnswer().answers; }));
  const std::string first = member.Scrape().body;
  CHECK(member.Scrape().body == first);
  CHECK(member.Scrape().body == first);
  RespClient client = engine.Connect();
  const std::string told = client.Ask({"INFO", "commandstats"}, Soon())->text;
  CHECK(told.contains("cmdstat_slowlog|len:calls=1,"));
}

TEST_CASE("an engine that is silent does not keep the page, and is not up") {
  const Engine engine{std::string(AnyEngine())};
  Member member(engine.port());
  member.live.SetPhase(Phase::kRunning, "");
  REQUIRE(Eventually([&] { return member.Scrape().body.contains("\nredis_up 1\n"); }));
  engine.Freeze();
  REQUIRE(Eventually([&] { return !member.live.Last().engine.answers; }));
  REQUIRE(Eventually([&] {
    const auto asked = std::chrono::steady_clock::now();
    const HttpAnswer answer = member.Scrape();
    CHECK(Since(asked) < kUnanswered);
    return answer.body.contains("\nredis_up 0\n");
  }));
  const std::string body = member.Scrape().body;
  CHECK(body.contains("\nbowline_engine_up 0\n"));
  CHECK_FALSE(body.contains("redis_connected_clients"));
  engine.Thaw();
  CHECK(Eventually([&] { return member.Scrape().body.contains("\nredis_up 1\n"); }));
}

TEST_CASE("a member whose start waits has a page") {
  Member member(testing::FreePort());
  member.page.GuardBegins();
  member.live.SetPhase(Phase::kGuard, "looking up the members' Services");
  const HttpAnswer answer = member.Scrape();
  CHECK(answer.status == 200);
  CHECK(answer.body.contains("\nbowline_waiting 1\n"));
  CHECK(answer.body.contains(
      "\nbowline_reason{reason=\"waiting: looking up the members' Services\"} 1\n"));
  CHECK(answer.body.contains("\nredis_up 0\n"));
}

TEST_CASE("members that were heard are seen") {
  Member member(testing::FreePort());
  member.peers.Channel().seen(ServerName(2), "127.0.0.9");
  const std::string body = member.Scrape().body;
  CHECK(body.contains("\nbowline_member_seen{member=\"server-2\"} 1\n"));
  CHECK(body.contains("\nbowline_member_seen{member=\"server-1\"} 0\n"));
}

}  // namespace
}  // namespace bowline
