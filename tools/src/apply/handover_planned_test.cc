// Planned handovers from end to end, with real servers and sentinels: what keeps one from happening
// is known at once, and what does not.

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "apply/common/kept_clients.h"
#include "apply/common/lanes.h"
#include "apply/common/volume_io.h"
#include "apply/sentinel/driver.h"
#include "apply/sentinel/failover.h"
#include "apply/sentinel/hello.h"
#include "plan/sentinel/rules.h"
#include "testing/apply.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::Eventually;
using testing::kLong;
using testing::kServer0;
using testing::kServer1;
using testing::kServer2;
using testing::RealSet;
using testing::ReportServers;
using testing::Soon;

TEST_CASE("the best replica leads, or the one that is asked for") {
  RealSet set(GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER));
  const ReportServers reports(set);
  const HandoverEnd end = HandOverPlanned(set.know.Context(), Soon(), &kServer2);
  INFO(end.why);
  CHECK(end.result == HandoverResult::kDone);
  CHECK(NamedByProcesses(set.know.Context(), Soon()) == kServer2);
}

TEST_CASE("no majority of sentinels: a handover ends with the reason, long before its time") {
  RealSet set(BOWLINE_REDIS_SERVER);
  const ReportServers reports(set);
  set.sentinels.at(testing::SentinelName(1)).Freeze();
  set.sentinels.at(testing::SentinelName(2)).Freeze();
  const auto start = std::chrono::steady_clock::now();
  const HandoverEnd end = HandOverPlanned(set.know.Context(), Deadline::In(Milliseconds(50'000)));
  CHECK(end.result == HandoverResult::kNoMajority);
  CHECK_THAT(end.why, ContainsSubstring("1 of 3 sentinels name server-0"));
  CHECK(Since(start) < Milliseconds(12'000));
  RespClient primary = set.servers.at(kServer0).Connect();
  CHECK(primary.Info(Soon())->primary);
  CHECK(primary.Ask({"SET", "key", "value"}, Deadline::In(Milliseconds(3000))));
}

TEST_CASE("no replica runs: known at once") {
  RealSet set(BOWLINE_REDIS_SERVER);
  const ReportServers reports(set);
  for (const auto& [member, server] : set.servers) {
    if (member != kServer0) set.know.addresses.erase(member);
  }
  const auto start = std::chrono::steady_clock::now();
  const HandoverEnd end = HandOverPlanned(set.know.Context(), Soon());
  CHECK(end.result == HandoverResult::kNoCandidate);
  CHECK(Since(start) < Milliseconds(2500));
}

/// The first switch is undone at once, as when another one is elected in the same moment.
class FirstSwitchUndone : public SentinelDriver {
 public:
  [[nodiscard]] Status Switch(const HandoverContext& ctx, const SwitchTarget& target,
                              Deadline deadline) const override {
    if (++switches_ == 1) return {};
    return SentinelDriver::Switch(ctx, target, deadline);
  }
  [[nodiscard]] int switches() const { return switches_; }

 private:
  mutable int switches_ = 0;
};

TEST_CASE("the target loses the lead right after the switch: decided anew within seconds") {
  RealSet set(BOWLINE_REDIS_SERVER);
  const ReportServers reports(set);
  const FirstSwitchUndone driver;
  const auto start = std::chrono::steady_clock::now();
  const HandoverEnd end =
      HandOverPlanned(set.know.Context(driver), Deadline::In(Milliseconds(50'000)));
  INFO(end.why);
  CHECK(end.result == HandoverResult::kDone);
  CHECK(driver.switches() == 2);
  CHECK(Since(start) < Milliseconds(15'000));
}

/// Nobody confirms, whatever happens.
class NobodyConfirmsRules : public SentinelRules {
 public:
  [[nodiscard]] bool Confirmed(const Layout& /*layout*/, const Identity& /*identity*/,
                               const Reports& /*reports*/, MemberName /*member*/) const override {
    return false;
  }
};
class NobodyConfirms : public SentinelDriver {
 public:
  [[nodiscard]] const ModeRules& rules() const override { return rules_; }

 private:
  NobodyConfirmsRules rules_;
};

TEST_CASE("nobody confirms a switch that was made: the stop goes on, and says to whom it was") {
  RealSet set(BOWLINE_REDIS_SERVER);
  const ReportServers reports(set);
  const NobodyConfirms driver;
  const auto start = std::chrono::steady_clock::now();
  const HandoverEnd end =
      HandOverPlanned(set.know.Context(driver), Deadline::In(Milliseconds(50'000)));
  CHECK(end.result == HandoverResult::kNoMajority);
  CHECK_THAT(end.why, ContainsSubstring("after a switch to server-"));
  CHECK_THAT(end.why, ContainsSubstring("no majority confirms server-"));
  CHECK(Since(start) < Milliseconds(15'000));
}

/// Takes every place of the engine that is left.
std::vector<RespClient> TakeAllPlaces(const testing::Engine& engine, const std::string& ip) {
  std::vector<RespClient> clients;
  while (true) {
    auto client = RespClient::Connect(ip, engine.port(), {}, Soon());
    if (!client || !client->Ask({"PING"}, Soon())) return clients;
    clients.push_back(*std::move(client));
    REQUIRE(clients.size() < 1000);
  }
}

TEST_CASE("clients have taken every place of all servers: connections that are kept do it") {
  RealSet set(GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER));
  const testing::TempFolder volume;
  HandoverContext ctx = set.know.Context();
  ctx.volume = volume.path();
  EngineProbe probe(ctx.self_ip, set.servers.at(kServer0).port(), {}, false);
  Lanes lanes;
  LiveState live(lanes.engine, testing::RunningReport(kServer0), set.know.settings.layout, probe);
  live.SetAddresses(set.know.addresses);
  live.SetPhase(Phase::kRunning, "");
  REQUIRE(live.Now(Milliseconds(-1)).engine.info.primary);
  const LiveSettings settings(set.know.settings, {}, {});
  KeptClients kept(lanes.handovers, settings, testing::TestIdentity(), kServer0, live, ctx.self_ip,
                   Milliseconds(100));
  for (const auto& [member, server] : set.servers) {
    REQUIRE(Eventually([&, name = member] {
      auto client = kept.Take(name, Soon());
      if (!client) return false;
      kept.Put(name, *std::move(client));
      return true;
    }));
    REQUIRE(server.Connect().ConfigSet("maxclients", "40", Soon()));
  }
  std::vector<std::vector<RespClient>> crowd;
  for (const auto& [member, server] : set.servers) {
    crowd.push_back(TakeAllPlaces(server, set.know.addresses.at(member).ip));
  }
  CHECK_FALSE(SwitchServers(ctx, kServer1, Deadline::In(Milliseconds(5000))));
  ctx.kept = &kept;
  const auto start = std::chrono::steady_clock::now();
  const Status switched = SwitchServers(ctx, kServer1, Soon());
  INFO((switched ? std::string() : switched.error().ToString()));
  CHECK(switched);
  CHECK(Since(start) < kLong / 2);
  CHECK(NamedByProcesses(ctx, Soon()) == kServer1);
}

TEST_CASE("sentinels are asked by the connections that are kept") {
  RealSet set(GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER));
  HandoverContext ctx = set.know.Context();
  EngineProbe probe(ctx.self_ip, set.servers.at(kServer0).port(), {}, false);
  Lanes lanes;
  LiveState live(lanes.engine, testing::RunningReport(kServer0), set.know.settings.layout, probe);
  live.SetAddresses(set.know.addresses);
  live.SetPhase(Phase::kRunning, "");
  REQUIRE(live.Now(Milliseconds(-1)).engine.info.primary);
  const LiveSettings settings(set.know.settings, {}, {});
  KeptClients kept(lanes.handovers, settings, testing::TestIdentity(), kServer0, live, ctx.self_ip,
                   Milliseconds(100));
  ctx.kept = &kept;
  const MemberName sentinel = set.know.settings.layout.Sentinels().front();
  const Endpoint at = set.know.addresses.at(sentinel);
  auto watcher = RespClient::Connect(at.ip, at.port, {}, Soon());
  REQUIRE(watcher);
  const auto connections = [&] {
    const auto info = watcher->Ask({"INFO", "stats"}, Soon());
    REQUIRE(info);
    return ParseInfo(info->text).at("total_connections_received");
  };
  REQUIRE(Eventually([&] {
    auto client = kept.Take(sentinel, Soon());
    if (!client) return false;
    kept.Put(sentinel, *std::move(client));
    return true;
  }));
  const std::string before = connections();
  for (int i = 0; i < 5; ++i) CHECK(NamedByProcesses(ctx, Soon()) == kServer0);
  CHECK(connections() == before);
  // A connection that has broken meanwhile is no reason to count the sentinel as silent.
  REQUIRE(watcher->Ask({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"}, Soon()));
  CHECK(NamedByProcesses(ctx, Soon()) == kServer0);
}

}  // namespace
}  // namespace bowline
