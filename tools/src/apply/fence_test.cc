// A real engine with a real replica; the sentinel is a subscriber, or a socket that listens, or
// nobody.

#include "apply/common/fence.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "apply/common/engine_probe.h"
#include "apply/common/lanes.h"
#include "apply/driver.h"
#include "peer/channel.h"
#include "testing/plan/running_cluster.h"
#include "testing/resp.h"

namespace bowline {
namespace {

using testing::Engine;
using testing::Eventually;
using testing::Soon;

constexpr MemberName kSelf{.ordinal = 0, .kind = MemberKind::kServer};
constexpr MemberName kReplica{.ordinal = 1, .kind = MemberKind::kServer};
constexpr MemberName kVoter{.ordinal = 0, .kind = MemberKind::kSentinel};
constexpr const char* kVoterIp = "127.0.0.3";
constexpr const char* kVoterPod = "127.0.0.4";

/// A member's kernel: takes connections at an address of its own.
class Peer {
 public:
  Peer(const char* ip, int port) {
    const int yes = 1;
    REQUIRE(::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    REQUIRE(::inet_pton(AF_INET, ip, &address.sin_addr) == 1);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets' own interface
    REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(fd_, 1024) == 0);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() { ::close(fd_); }

 private:
  int fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
};

/// The sentinel's program, which answers the members' requests at each address of this machine.
class VoterProgram {
 public:
  VoterProgram(const Settings& settings, std::string key) {
    Report report;
    report.member = kVoter;
    server_.On(
        "POST", kReportPath,
        AnswerReports({.channel = [channel = PeerChannel{.keys = {{std::move(key)}},
                                                         .self = {.identity = {},
                                                                  .member = kVoter.ToString(),
                                                                  .pod = settings.PodOf(kVoter)},
                                                         .rejected = {},
                                                         .seen = {}}] { return channel; },
                       .report = [report](Milliseconds) { return report; }}));
    REQUIRE(server_.Start(settings.ports.peers));
  }

 private:
  HttpServer server_{PeerLimits()};
};

/// server-0 of two servers and one sentinel.
class Primary {
 public:
  explicit Primary(const char* program)
      : program_(program),
        engine_(program),
        probe_(Engine::kIp, engine_.port(), {}, false),
        live_(lanes_.engine, Self(), settings.layout, probe_),
        client_(engine_.Connect()) {
    settings.ports.client = engine_.port();
    settings.ports.peers = testing::FreePort();
    settings.auth = false;
    used_.emplace(settings, EngineSecrets{}, Paths{});
    peers_.emplace(*used_, kSelf, live_, events_);
    StartReplica();
    book_[kReplica] = {.ip = Engine::kIp, .port = replica_->port(), .bus_port = 0};
    book_[kVoter] = {.ip = kVoterIp, .port = testing::FreePort(), .bus_port = 0};
    live_.SetAddresses(book_);
    live_.SetPhase(Phase::kRunning, "test");
    Look();
  }

  Settings settings = [] {
    Settings two;
    two.layout = Layout::Sentinel(2, 1);
    return two;
  }();

  Fence Guarded(LinkWatch::Options options = {.trust_loopback = true}) {
    used_.emplace(settings, EngineSecrets{}, Paths{.config = declared_ / "bowline.json"});
    return {
        lanes_.fence, *used_,  kSelf,  DriverOf(settings.layout), testing::TestIdentity(), live_,
        events_,      *peers_, options};
  }

  /// Mounted while the member runs.
  void Declare(const std::string& text) {
    testing::Spill(declared_ / "bowline.json", text);
    REQUIRE(used_->Refresh().error.empty());
  }
  /// The live state learns the engine's role, as the monitor makes it.
  void Look() { (void)live_.Now(Milliseconds(0)); }
  void StartReplica() {
    replica_.emplace(program_, std::vector<std::string>{"--replicaof", Engine::kIp,
                                                        std::to_string(engine_.port())});
    REQUIRE(Eventually([&] { return replica_->Connect().Info(Soon())->link_up; }));
  }
  void EndReplica() { replica_.reset(); }
  /// A signed request of the sentinel has come from this address.
  void ShowVoterAt(const char* ip) { peers_->Channel().seen(kVoter, ip); }
  Engine& replica() { return *replica_; }
  [[nodiscard]] int voter_port() const { return book_.at(kVoter).port; }
  /// More than the buffers of both kernels take: what follows is not acknowledged while the replica
  /// is frozen.
  void Fill() {
    const std::string large(8U << 20U, 'x');
    for (int i = 0; i < 4; ++i) {
      REQUIRE(client_.Command({"SET", "large", large}, Soon()));
    }
  }
  /// The subscription of the sentinel at this engine.
  RespClient Subscribe() {
    RespClient voter = engine_.Connect();
    const std::string id = testing::TestIdentity().NodeIdOf(kVoter).str().substr(0, 8);
    REQUIRE(voter.Ask({"CLIENT", "SETNAME", "sentinel-" + id + "-pubsub"}, Soon()));
    REQUIRE(voter.Command({"SUBSCRIBE", "__sentinel__:hello"}, Soon()));
    return voter;
  }

  /// Is a write acknowledged within the time of three looks?
  bool Writes() {
    if (client_.Command({"INCR", "key"}, Deadline::In(Milliseconds(300)))) return true;
    client_ = engine_.Connect();  // the answer is still to come
    return false;
  }
  /// Acknowledged all the time, for that long.
  bool WritesFor(Milliseconds span) {
    const Deadline end = Deadline::In(span);
    while (end.Sleep(Milliseconds(20))) {
      if (!Writes()) return false;
    }
    return true;
  }
  [[nodiscard]] bool Fenced() { return live_.ForProbes().fenced.has_value(); }
  [[nodiscard]] std::string Evidence() { return live_.Last().fence_evidence; }
  RespClient& client() { return client_; }

 private:
  static Report Self() {
    Report report;
    report.member = kSelf;
    return report;
  }

  const char* program_;
  Engine engine_;
  std::optional<Engine> replica_;
  EngineProbe probe_;
  Lanes lanes_;
  LiveState live_;
  AddressBook book_;
  EventSink events_{lanes_.api, PodEnv{}, false};
  testing::TempFolder declared_;
  std::optional<LiveSettings> used_;
  std::optional<Peers> peers_;
  RespClient client_;
};

constexpr Milliseconds kLongEnough{1500};

const char* AnyEngine() { return GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER); }

TEST_CASE("a primary whose replica does not acknowledge pauses its writes until it does again") {
  Primary primary(AnyEngine());
  const Fence fence = primary.Guarded();
  CHECK(primary.WritesFor(kLongEnough));
  CHECK_FALSE(primary.Fenced());
  CHECK(primary.Evidence() == "the engine's connections");

  primary.replica().Freeze();
  CHECK(primary.WritesFor(kLongEnough));  // its kernel acknowledges as long as there is room
  primary.Fill();
  CHECK(Eventually([&] { return !primary.Writes(); }));
  CHECK(primary.Fenced());
  CHECK_FALSE(primary.Writes());  // it is renewed
  CHECK_FALSE(primary.Writes());
  CHECK(primary.client().Ask({"GET", "key"}, Soon()));

  // Its connection is gone, as after a handover: it makes another one.
  REQUIRE(primary.client().Ask({"CLIENT", "KILL", "TYPE", "normal"}, Soon()));
  for (int i = 0; i < 4; ++i) CHECK_FALSE(primary.Writes());

  std::optional<Peer> back;
  SECTION("the replica") { primary.replica().Thaw(); }
  SECTION("the majority") { back.emplace(kVoterIp, primary.voter_port()); }
  CHECK(Eventually([&] { return primary.Writes(); }));
  CHECK(Eventually([&] { return !primary.Fenced(); }));
  CHECK(primary.WritesFor(kLongEnough));
  primary.replica().Thaw();
}

TEST_CASE("a primary whose replica has gone pauses its writes, as long as no sentinel is heard") {
  Primary primary(AnyEngine());
  const Fence fence = primary.Guarded();
  CHECK(primary.WritesFor(kLongEnough));
  primary.EndReplica();
  const auto cut = std::chrono::steady_clock::now();
  CHECK(Eventually([&] { return !primary.Writes(); }));
  CHECK(Since(cut) >= kFenceAfter - 2 * kFenceLook);
  std::optional<RespClient> sentinel;
  SECTION("it subscribes again") { sentinel = primary.Subscribe(); }
  SECTION("the replica is back") { primary.StartReplica(); }
  CHECK(Eventually([&] { return primary.Writes(); }));
  CHECK(Eventually([&] { return !primary.Fenced(); }));
}

TEST_CASE("no fence where there is a majority, no primary, no replica, or no wish") {
  Primary primary(BOWLINE_REDIS_SERVER);
  std::optional<Peer> peer;
  std::optional<RespClient> sentinel;
  SECTION("a sentinel that takes new connections") { peer.emplace(kVoterIp, primary.voter_port()); }
  SECTION("a sentinel that is subscribed, while nobody takes new connections") {
    sentinel = primary.Subscribe();
  }
  SECTION("no replica is declared") { primary.settings.layout = Layout::Sentinel(1, 3); }
  SECTION("switched off") { primary.settings.fencing = false; }
  SECTION("a primary no more") {
    REQUIRE(primary.client().ReplicaOf({.ip = Engine::kIp, .port = 1, .bus_port = 0}, Soon()));
    primary.Look();
  }
  const Fence fence = primary.Guarded();
  std::this_thread::sleep_for(3 * kFenceLook);
  primary.EndReplica();
  bool fenced = false;
  for (const Deadline end = Deadline::In(2 * kLongEnough); end.Sleep(Milliseconds(20));) {
    fenced = primary.Fenced() || fenced;
  }
  CHECK_FALSE(fenced);
}

// Its kube-proxy stands still: the Service leads to nobody, the pod is where its requests come
// from.
TEST_CASE("a majority that has new addresses is heard where its requests come from") {
  Primary primary(AnyEngine());
  const VoterProgram voter(primary.settings, "");
  const Peer engine(kVoterPod, primary.voter_port());
  const Fence fence = primary.Guarded();
  CHECK(primary.WritesFor(kLongEnough));
  primary.ShowVoterAt(kVoterPod);
  primary.EndReplica();
  CHECK(primary.WritesFor(2 * kLongEnough));
  CHECK_FALSE(primary.Fenced());
}

TEST_CASE("who only takes a connection at a member's last address is not that member") {
  Primary primary(BOWLINE_REDIS_SERVER);
  std::optional<VoterProgram> program;
  std::optional<Peer> engine;
  std::optional<Peer> mute;
  SECTION("a stranger, on an address that was given out again") {
    program.emplace(primary.settings, "another key");
    engine.emplace(kVoterPod, primary.voter_port());
  }
  SECTION("a node that translates addresses, and listens") {
    engine.emplace(kVoterPod, primary.voter_port());
    mute.emplace(kVoterPod, primary.settings.ports.peers);
  }
  SECTION("its program alone: its engine does not run") { program.emplace(primary.settings, ""); }
  SECTION("nobody") {}
  const Fence fence = primary.Guarded();
  CHECK(primary.WritesFor(kLongEnough));
  primary.ShowVoterAt(kVoterPod);
  const auto cut = std::chrono::steady_clock::now();
  primary.EndReplica();
  CHECK(Eventually([&] { return primary.Fenced(); }));
  CHECK(Since(cut) < kLongEnough);
  CHECK_FALSE(primary.Writes());
}

TEST_CASE("switched off while it stands, it falls") {
  Primary primary(BOWLINE_REDIS_SERVER);
  const Fence fence = primary.Guarded();
  std::this_thread::sleep_for(3 * kFenceLook);
  primary.EndReplica();
  REQUIRE(Eventually([&] { return primary.Fenced(); }));
  primary.Declare(R"({"version": 1, "release": "r", "namespace": "ns", "fullname": "f",
    "mode": "sentinel", "engine": "redis", "clusterDomain": "cluster.local", "fencing": false,
    "ports": {"client": 6379, "sentinel": 26379, "http": 8379, "peers": 8380},
    "sentinel": {"servers": 2, "sentinels": 1, "quorum": 1, "masterName": "m", "auth": false,
    "downAfterMilliseconds": 3000, "failoverTimeoutMilliseconds": 60000, "parallelSyncs": 1},
    "auth": {"enabled": false}, "persistence": {"enabled": true},
    "terminationGracePeriodSeconds": 60, "log": {"format": "json", "level": "info"}})");
  CHECK(Eventually([&] { return primary.Writes(); }));
  CHECK_FALSE(primary.Fenced());
}

TEST_CASE("behind a proxy the kernel tells nothing: INFO's lag and the voters' reports do") {
  Primary primary(AnyEngine());
  // The proxy acknowledges for the sentinel and takes connections for everybody: both say nothing.
  const RespClient sentinel = primary.Subscribe();
  const Peer proxy(kVoterIp, primary.voter_port());
  REQUIRE(
      Eventually([&] { return primary.client().Info(Soon())->replicas.at(0).state == "online"; }));
  primary.Look();
  const Fence fence = primary.Guarded({.trust_loopback = false});
  CHECK(primary.WritesFor(kLongEnough));
  CHECK(primary.Evidence() ==
        "INFO's lag and the voters' reports: a proxy stands between this server and its replicas");
  CHECK_FALSE(primary.Fenced());
  primary.EndReplica();
  CHECK(Eventually([&] {
    primary.Look();
    return !primary.Writes();
  }));
  CHECK(primary.Fenced());
}

TEST_CASE("a starved machine is no cut") {
  Primary primary(BOWLINE_REDIS_SERVER);
  const Fence fence = primary.Guarded();
  std::atomic<bool> over = false;
  std::vector<std::jthread> burners;
  for (unsigned i = 0; i < 16 * std::thread::hardware_concurrency(); ++i) {
    burners.emplace_back([&over] {
      while (!over) {
      }
    });
  }
  bool fenced = false;
  for (const Deadline end = Deadline::In(2 * kLongEnough); end.Sleep(Milliseconds(10));) {
    fenced = primary.Fenced() || fenced;
  }
  over = true;
  CHECK_FALSE(fenced);
}

TEST_CASE("the pause of somebody else is neither shortened nor ended") {
  Primary primary(AnyEngine());
  {
    const Fence fence = primary.Guarded();
    std::this_thread::sleep_for(3 * kFenceLook);
    primary.EndReplica();
    CHECK(Eventually([&] { return !primary.Writes(); }));
    REQUIRE(primary.client().PauseWrites(Milliseconds(3000), Soon()));
    std::this_thread::sleep_for(3 * kFenceLook);  // renewals of ours
  }
  const auto lifted = std::chrono::steady_clock::now();
  CHECK_FALSE(primary.Fenced());
  CHECK(Eventually([&] { return primary.Writes(); }));
  CHECK(Since(lifted) >= Milliseconds(2000));
}

}  // namespace
}  // namespace bowline
