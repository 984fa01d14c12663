// A real engine with a real replica, and a real sentinel.

#include "apply/common/bounded_loss.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <format>
#include <optional>
#include <string>
#include <vector>

#include "apply/common/engine_probe.h"
#include "apply/common/lanes.h"
#include "base/timing.h"
#include "testing/resp.h"

namespace bowline {
namespace {

using testing::Engine;
using testing::Eventually;
using testing::Soon;

constexpr MemberName kSelf{.ordinal = 0, .kind = MemberKind::kServer};
constexpr MemberName kReplica{.ordinal = 1, .kind = MemberKind::kServer};
constexpr Milliseconds kLimit{2000};
// The looks, and that the load of this machine makes them late.
constexpr Milliseconds kGranularity{1000};

std::string Settled(int limit) {
  return std::format(R"({{"version": 1, "release": "r", "namespace": "ns", "fullname": "f",
    "mode": "sentinel", "engine": "redis", "clusterDomain": "cluster.local", "fencing": false,
    "maxUnreplicatedSeconds": {},
    "ports": {{"client": 6379, "sentinel": 26379, "http": 8379, "peers": 8380}},
    "sentinel": {{"servers": 2, "sentinels": 1, "quorum": 1, "masterName": "m", "auth": false,
    "downAfterMilliseconds": 3000, "failoverTimeoutMilliseconds": 60000, "parallelSyncs": 1}},
    "auth": {{"enabled": false}}, "persistence": {{"enabled": true}},
    "terminationGracePeriodSeconds": 60, "log": {{"format": "json", "level": "info"}}}})",
                     limit);
}

/// server-0 of two servers and one sentinel.
class Primary {
 public:
  explicit Primary(const char* program, Layout layout = Layout::Sentinel(2, 1))
      : program_(program),
        engine_(program),
        probe_(Engine::kIp, engine_.port(), {}, false),
        live_(lanes_.engine, Report{.member = kSelf}, layout, probe_),
        client_(engine_.Connect()) {
    Settings settings;
    settings.layout = layout;
    settings.auth = false;
    settings.ports.client = engine_.port();
    settings.max_unreplicated_seconds = 2;
    used_.emplace(settings, EngineSecrets{}, Paths{.config = declared_ / "bowline.json"});
    live_.SetPhase(Phase::kRunning, "test");
    (void)live_.Now(Milliseconds(0));
    StartReplica();
    bounded_.emplace(lanes_.engine, *used_, kSelf, live_, events_, conditions_);
  }

  void StartReplica() {
    replica_.emplace(program_, std::vector<std::string>{"--replicaof", Engine::kIp,
                                                        std::to_string(engine_.port())});
    REQUIRE(Eventually([&] { return replica_->Connect().Info(Soon())->link_up; }));
    live_.SetAddresses({{kReplica, {.ip = Engine::kIp, .port = replica_->port(), .bus_port = 0}}});
  }
  void EndReplica() { replica_.reset(); }
  Engine& replica() { return *replica_; }
  [[nodiscard]] int port() const { return engine_.port(); }
  RespClient& client() { return client_; }
  void Declare(int limit) {
    testing::Spill(declared_ / "bowline.json", Settled(limit));
    REQUIRE(used_->Refresh().error.empty());
  }
  void End() { bounded_.reset(); }

  /// Is a write acknowledged within a short time? The number of writes counts in the key.
  bool Writes() {
    if (client_.Command({"INCR", "key"}, Deadline::In(Milliseconds(300)))) return true;
    client_ = engine_.Connect();  // the answer is still to come
    return false;
  }
  /// All the time, for that long.
  bool WritesFor(Milliseconds span) {
    for (const Deadline end = Deadline::In(span); end.Sleep(Milliseconds(20));) {
      if (!Writes()) return false;
    }
    return true;
  }
  [[nodiscard]] bool Waits() { return !live_.Last().writes_wait.empty(); }
  [[nodiscard]] std::int64_t Unreplicated() { return live_.Last().unreplicated_ms; }

 private:
  const char* program_;
  Engine engine_;
  std::optional<Engine> replica_;
  EngineProbe probe_;
  Lanes lanes_;
  LiveState live_;
  EventSink events_{lanes_.api, PodEnv{}, false};
  PodConditions conditions_{lanes_.api, PodEnv{}, false, true};
  testing::TempFolder declared_;
  std::optional<LiveSettings> used_;
  RespClient client_;
  std::optional<BoundedLoss> bounded_;
};

const char* AnyEngine() { return GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER); }

TEST_CASE("writes wait after the limit without an acknowledgement, and go on with one") {
  Primary primary(AnyEngine());
  CHECK(primary.WritesFor(kLimit + kGranularity));
  CHECK_FALSE(primary.Waits());

  const auto cut = std::chrono::steady_clock::now();
  SECTION("the replica is frozen; its kernel takes what is sent") { primary.replica().Freeze(); }
  SECTION("the replica is gone") { primary.EndReplica(); }
  REQUIRE(Eventually([&] { return !primary.Writes(); }));
  const Milliseconds until = Since(cut);
  CHECK(until >= kLimit - kReplicaAcks);  // it had acknowledged so long before at the earliest
  CHECK(until <= kLimit + kGranularity);
  CHECK(Eventually([&] { return primary.Waits(); }));
  CHECK_FALSE(primary.WritesFor(Milliseconds(500)));
  for (int i = 0; i < 4; ++i) CHECK_FALSE(primary.Writes());  // it is renewed
  CHECK(primary.client().Ask({"GET", "key"}, Soon()));

  primary.EndReplica();
  primary.StartReplica();  // with a full copy
  const auto back = std::chrono::steady_clock::now();
  CHECK(Eventually([&] { return primary.Writes(); }));
  CHECK(Since(back) <= kReplicaAcks + kLossPause + kGranularity);
  CHECK(Eventually([&] { return !primary.Waits(); }));
  CHECK(primary.WritesFor(kLimit + kGranularity));
}

TEST_CASE("a replica that is thawed lets the writes go on") {
  Primary primary(AnyEngine());
  primary.replica().Freeze();
  REQUIRE(Eventually([&] { return !primary.Writes(); }));
  primary.replica().Thaw();
  const auto back = std::chrono::steady_clock::now();
  CHECK(Eventually([&] { return primary.Writes(); }));
  CHECK(Since(back) <= kLossPause + 2 * kGranularity);
}

TEST_CASE("an idle primary never waits, and its first write has the whole limit") {
  Primary primary(BOWLINE_REDIS_SERVER);
  REQUIRE(primary.Writes());
  REQUIRE(Eventually([&] { return primary.Unreplicated() == 0; }));
  REQUIRE(primary.client().ConfigSet("repl-ping-replica-period", "1", Soon()));
  primary.replica().Freeze();
  for (const Deadline end = Deadline::In(2 * kLimit); end.Sleep(Milliseconds(50));) {
    REQUIRE_FALSE(primary.Waits());
  }
  CHECK(primary.WritesFor(kLimit - kReplicaAcks));
  CHECK(Eventually([&] { return primary.Waits(); }));
}

TEST_CASE("nothing waits without a bound, and none that is taken away holds") {
  SECTION("taken away while they wait") {
    Primary primary(BOWLINE_REDIS_SERVER);
    primary.EndReplica();
    REQUIRE(Eventually([&] { return !primary.Writes(); }));
    primary.Declare(0);
    CHECK(Eventually([&] { return primary.Writes(); }));
    CHECK(Eventually([&] { return primary.Unreplicated() == -1; }));
    CHECK(primary.WritesFor(kLimit + kGranularity));
    primary.Declare(2);  // and given again
    CHECK(Eventually([&] { return !primary.Writes(); }));
  }
  SECTION("no replica is declared") {
    Primary primary(BOWLINE_REDIS_SERVER, Layout::Sentinel(1, 1));
    primary.EndReplica();
    CHECK(primary.WritesFor(kLimit + kGranularity));
    CHECK(primary.Unreplicated() == -1);
  }
}

TEST_CASE("a longer pause of somebody else holds, and a wait ends with its program") {
  Primary primary(BOWLINE_REDIS_SERVER);
  primary.EndReplica();
  REQUIRE(Eventually([&] { return !primary.Writes(); }));
  Milliseconds most = kLossPause + kGranularity;
  Milliseconds least{0};
  SECTION("a pause of 3 s") {
    REQUIRE(primary.client().PauseWrites(Milliseconds(3000), Soon()));
    least = Milliseconds(2500);
    most += Milliseconds(3000);
  }
  SECTION("none") {}
  primary.End();
  const auto ended = std::chrono::steady_clock::now();
  CHECK(Eventually([&] { return primary.Writes(); }));
  CHECK(Since(ended) >= least);
  CHECK(Since(ended) <= most);
}

// Its message at the primary waits with the writes, and its PING behind it (docs/facts/sentinel.md,
// 2): without its connection being closed it takes the primary for dead after 5 s.
TEST_CASE("a sentinel does not take a primary for dead whose writes wait") {
  const char* program = AnyEngine();
  Primary primary(program);
  const testing::TempFolder folder;
  const int port = testing::FreePort();
  testing::Spill(folder / "sentinel.conf",
                 std::format("port {}\nbind 127.0.0.1\nsentinel monitor m 127.0.0.1 {} 1\n"
                             "sentinel down-after-milliseconds m 3000\n",
                             port, primary.port()));
  const testing::Program sentinel({program, folder / "sentinel.conf", "--sentinel"});
  const auto state = [&]() -> std::string {
    auto client = RespClient::Connect(Engine::kIp, port, {}, Soon());
    auto info = client ? client->Command({"INFO", "sentinel"}, Soon())
                       : Result<Reply>(std::unexpected(client.error()));
    return info ? info->text : "";
  };
  REQUIRE(Eventually([&] { return state().contains("status=ok"); }));
  primary.EndReplica();
  REQUIRE(Eventually([&] { return !primary.Writes(); }));
  for (const Deadline end = Deadline::In(Milliseconds(12'000)); end.Sleep(Milliseconds(200));) {
    REQUIRE(primary.Waits());
    REQUIRE(state().contains("name=m,status=ok"));
  }
  CHECK_FALSE(primary.Writes());
}

}  // namespace
}  // namespace bowline
