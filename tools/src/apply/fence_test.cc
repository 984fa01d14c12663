// A real engine, and peers that are reached or not: a socket that listens, or none.

#include "apply/fence.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "apply/engine_probe.h"
#include "resp/testing.h"

namespace bowline {
namespace {

using testing::Engine;
using testing::Eventually;
using testing::Soon;

constexpr MemberName kSelf{.ordinal = 0, .kind = MemberKind::kServer};
constexpr MemberName kReplica{.ordinal = 1, .kind = MemberKind::kServer};
constexpr MemberName kVoter{.ordinal = 0, .kind = MemberKind::kSentinel};
constexpr const char* kReplicaIp = "127.0.0.2";
constexpr const char* kVoterIp = "127.0.0.3";

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

/// server-0 of two servers and one sentinel; the engine is real, the peers are their kernels.
class Primary {
 public:
  explicit Primary(const char* program)
      : engine_(program),
        probe_(Engine::kIp, engine_.port(), {}, Mode::kSentinel),
        board_(Self(), settings.layout, probe_),
        client_(engine_.Connect()) {
    settings.ports.client = engine_.port();
    settings.ports.peers = testing::FreePort();
    AddressBook book;
    book[kReplica] = {.ip = kReplicaIp, .port = 1, .bus_port = 0};
    book[kVoter] = {.ip = kVoterIp, .port = 1, .bus_port = 0};
    board_.SetAddresses(book);
    board_.SetPhase(Phase::kRunning, "test");
    Look();
  }

  Settings settings = [] {
    Settings two;
    two.layout = Layout::Sentinel(2, 1);
    return two;
  }();

  Fence Guarded() { return {settings, kSelf, {}, {}, board_, events_}; }

  /// The board learns the engine's role, as the monitor makes it.
  void Look() {
    std::this_thread::sleep_for(Milliseconds(2));  // or it is as new as the last one
    (void)board_.Now(Milliseconds(0));
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
  [[nodiscard]] bool Fenced() { return !board_.ForProbes().fenced.empty(); }
  RespClient& client() { return client_; }

 private:
  static Card Self() {
    Card card;
    card.member = kSelf;
    return card;
  }

  Engine engine_;
  EngineProbe probe_;
  Board board_;
  EventSink events_{PodEnv{}, false};
  RespClient client_;
};

constexpr Milliseconds kLongEnough{1500};

const char* AnyEngine() { return GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER); }

TEST_CASE("a primary that reaches nobody pauses its writes until somebody is there again") {
  Primary primary(AnyEngine());
  std::optional<Peer> replica;
  replica.emplace(kReplicaIp, primary.settings.ports.peers);
  const Fence fence = primary.Guarded();
  CHECK(primary.WritesFor(kLongEnough));
  CHECK_FALSE(primary.Fenced());

  replica.reset();
  const auto cut = std::chrono::steady_clock::now();
  CHECK(Eventually([&] { return !primary.Writes(); }));
  CHECK(Since(cut) >= kFenceAfter - kFenceLook);
  CHECK(primary.Fenced());
  CHECK_FALSE(primary.Writes());  // it is renewed
  CHECK_FALSE(primary.Writes());
  CHECK(primary.client().Ask({"GET", "key"}, Soon()));

  // Its connection is gone, as after a handover: it makes another one.
  REQUIRE(primary.client().Ask({"CLIENT", "KILL", "TYPE", "normal"}, Soon()));
  for (int i = 0; i < 4; ++i) CHECK_FALSE(primary.Writes());

  std::optional<Peer> back;
  SECTION("the replica") { back.emplace(kReplicaIp, primary.settings.ports.peers); }
  SECTION("the majority") { back.emplace(kVoterIp, primary.settings.ports.peers); }
  CHECK(Eventually([&] { return primary.Writes(); }));
  CHECK(Eventually([&] { return !primary.Fenced(); }));
  CHECK(primary.WritesFor(kLongEnough));
}

TEST_CASE("no fence where there is a majority, no primary, no replica, or no wish") {
  Primary primary(BOWLINE_REDIS_SERVER);
  std::optional<Peer> peer;
  SECTION("a majority") { peer.emplace(kVoterIp, primary.settings.ports.peers); }
  SECTION("no replica is declared") { primary.settings.layout = Layout::Sentinel(1, 3); }
  SECTION("switched off") { primary.settings.fencing = false; }
  SECTION("a primary no more") {
    REQUIRE(primary.client().ReplicaOf({.ip = Engine::kIp, .port = 1, .bus_port = 0}, Soon()));
    primary.Look();
    const Fence fence = primary.Guarded();
    std::this_thread::sleep_for(kLongEnough);
    CHECK_FALSE(primary.Fenced());
    REQUIRE(primary.client().ReplicaOfNobody(Soon()));
    CHECK(primary.WritesFor(kLongEnough));  // nobody has looked since
    primary.Look();
    CHECK(Eventually([&] { return !primary.Writes(); }));
    return;
  }
  const Fence fence = primary.Guarded();
  CHECK(primary.WritesFor(kLongEnough));
  CHECK_FALSE(primary.Fenced());
}

TEST_CASE("a starved machine is no cut") {
  Primary primary(BOWLINE_REDIS_SERVER);
  const Peer replica(kReplicaIp, primary.settings.ports.peers);
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
