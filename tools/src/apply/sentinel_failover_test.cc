// A planned switch of the primary, with real servers and real sentinels.

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <map>
#include <thread>

#include "apply/common/volume_io.h"
#include "apply/sentinel/failover.h"
#include "apply/sentinel/hello.h"
#include "plan/common/dataset_order.h"
#include "testing/apply.h"

namespace bowline {
namespace {

using testing::Eventually;
using testing::kLong;
using testing::kServer0;
using testing::kServer1;
using testing::kServer2;
using testing::RealSet;
using testing::Soon;

constexpr MemberName kServer3 = testing::ServerName(3);

/// Writes, one after another, until a write is refused.
class Writer {
 public:
  explicit Writer(RespClient client)
      : thread_([this, client = std::move(client)](const std::stop_token& stop) mutable {
          while (!stop.stop_requested()) {
            const auto start = std::chrono::steady_clock::now();
            const auto reply = client.Ask({"INCR", "writes"}, Soon());
            longest_ = std::max(longest_, Since(start));
            if (!reply) return;
          }
        }) {}
  /// The longest that a write has waited for its reply; ends the writing.
  Milliseconds Longest() {
    thread_.request_stop();
    thread_.join();
    return longest_;
  }

 private:
  Milliseconds longest_{0};
  std::jthread thread_;
};

TEST_CASE("a server that gives no answer does not make the writes wait") {
  RealSet set(GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER));
  Writer writer(set.servers.at(kServer0).Connect());
  set.servers.at(kServer2).Freeze();
  const auto start = std::chrono::steady_clock::now();
  const Status switched = SwitchServers(set.know.Context(), kServer1, Soon());
  INFO((switched ? std::string() : switched.error().ToString()));
  CHECK(switched);
  CHECK(Since(start) < kLong / 2);
  CHECK(writer.Longest() < Milliseconds(1000));

  CHECK(NamedByProcesses(set.know.Context(), Soon()) == kServer1);
  for (const MemberName member : {kServer0, kServer3}) {
    CAPTURE(member.ToString());
    const auto info = set.servers.at(member).Connect().Info(Soon());
    REQUIRE(info);
    CHECK(info->primary_host == set.know.addresses.at(kServer1).ip);
  }
}

/// A client with a connection that it uses once, after a while, and what it makes of the answer.
class LateClient {
 public:
  LateClient(RespClient old, Milliseconds wait, const RealSet& set)
      : thread_([this, old = std::move(old), wait, &set]() mutable {
          (void)Soon().Sleep(wait);
          const auto written = old.Ask({"INCR", "writes"}, Soon());
          if (written) return;
          if (written.error().code != Code::kUnavailable) {
            refused_ = written.error().message;
          } else {
            LookForPrimary(set);
          }
        }) {}
  /// Was its connection closed? Only when it has ended.
  [[nodiscard]] bool WasClosed() const { return closed_; }
  /// Why a write was refused; empty: none was.
  const std::string& Refused() {
    if (thread_.joinable()) thread_.join();
    return refused_;
  }

 private:
  /// Its connection was closed. Each sentinel may be asked, and the write follows at once.
  void LookForPrimary(const RealSet& set) {
    closed_ = true;
    const auto naming = AskSentinelProcesses(set.know.Context(), Soon()).Naming(kServer1);
    if (naming != std::ssize(set.sentinels)) refused_ = std::format("{} sentinels know", naming);
    const auto written = Write(set);
    if (!written) refused_ = written.error().message;
  }
  static Result<Reply> Write(const RealSet& set) {
    ASSIGN_OR_RETURN(RespClient client, set.servers.at(kServer1).TryConnect());
    return client.Ask({"INCR", "writes"}, Soon());
  }

  bool closed_ = false;
  std::string refused_;
  std::jthread thread_;
};

TEST_CASE("no write is refused: it waits, or its connection is closed when all know where to go") {
  RealSet set(GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER));
  for (const auto& [member, server] : set.servers) {
    REQUIRE(server.Connect().ConfigSet("min-replicas-to-write", "1", Soon()));
  }
  const auto write = [&] {
    return set.servers.at(kServer0).Connect().Ask({"INCR", "writes"}, Soon()).has_value();
  };
  REQUIRE(Eventually(write));
  std::vector<std::unique_ptr<LateClient>> clients;
  for (int i = 0; i < 40; ++i) {
    clients.push_back(
        std::make_unique<LateClient>(set.servers.at(kServer0).Connect(), Milliseconds(2 * i), set));
  }
  CHECK(SwitchServers(set.know.Context(), kServer1, Soon()));
  for (const auto& client : clients) CHECK(client->Refused().empty());
  CHECK(std::ranges::any_of(clients, [](const auto& client) { return client->WasClosed(); }));
  for (const auto& [member, server] : set.servers) {
    RespClient client = server.Connect();
    const auto wanted = client.ConfigGet({"min-replicas-to-write"}, Soon());
    REQUIRE(wanted);
    CHECK(wanted->at("min-replicas-to-write") == "1");
    if (member == kServer1) continue;
    CHECK(Eventually([&] { return client.Info(Soon())->link_up; }));
  }
  // Nobody had anything that the new primary has not.
  const auto stats = set.servers.at(kServer1).Connect().Ask({"INFO", "stats"}, Soon());
  REQUIRE(stats);
  CHECK(stats->text.contains("sync_full:0"));
}

/// What the volume's note says.
std::optional<HandoverNote> NoteOn(const std::filesystem::path& volume) {
  const auto files = ReadVolume(volume);
  REQUIRE(files);
  if (!files->handover) return std::nullopt;
  return *ParseHandoverNote(*files->handover);
}

/// Has the sentinel seen that none of the three replicas may be promoted? It asks each 10 s.
bool KnowsThatAllHoldBack(RespClient& sentinel) {
  const auto replicas = sentinel.Ask({"SENTINEL", "REPLICAS", "mymaster"}, Soon());
  if (!replicas || replicas->items.size() != 3) return false;
  return std::ranges::all_of(replicas->items, [](const Reply& replica) {
    const auto name = std::ranges::find(replica.items, "slave-priority", &Reply::text);
    return name != replica.items.end() && std::next(name)->text == "0";
  });
}

TEST_CASE("the sentinels promote no replica that holds itself back: one in sync takes over by us") {
  RealSet set(GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER));
  for (const MemberName member : {kServer1, kServer2, kServer3}) {
    REQUIRE(set.servers.at(member).Connect().ConfigSet("replica-priority", "0", Soon()));
  }
  const auto info = set.servers.at(kServer1).Connect().Info(Soon());
  REQUIRE(info);
  for (const auto& [member, sentinel] : set.sentinels) {
    auto client = RespClient::Connect(testing::Engine::kIp, sentinel.port(), {}, Soon());
    REQUIRE(client);
    REQUIRE(Eventually([&] { return KnowsThatAllHoldBack(*client); }));
    REQUIRE(
        client->Command({"SENTINEL", "SET", "mymaster", "down-after-milliseconds", "300"}, Soon()));
  }
  set.servers.erase(kServer0);
  const HandoverContext ctx = set.know.Context();
  const TakeOverTarget target{.member = kServer1, .position = PositionOf(*info, 0)};
  // As the start guard asks it, again and again.
  REQUIRE(
      Eventually([&] { return AskSentinelProcesses(ctx, Soon()).all.front().view.primary_down; }));
  CHECK(Eventually(
      [&] { return TakeOverServers(ctx, target, Deadline::In(Milliseconds(8000))).has_value(); }));
  CHECK(NamedByProcesses(ctx, Soon()) == kServer1);
}

TEST_CASE("one sentinel that knows of no replica is no reason to promote one without the others") {
  RealSet set(GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER));
  const auto info = set.servers.at(kServer1).Connect().Info(Soon());
  REQUIRE(info);
  const testing::Sentinel& sentinel = set.sentinels.begin()->second;
  auto client = RespClient::Connect(testing::Engine::kIp, sentinel.port(), {}, Soon());
  REQUIRE(client);
  set.servers.erase(kServer0);
  REQUIRE(client->Command({"SENTINEL", "RESET", "mymaster"}, Soon()));
  REQUIRE(
      client->Command({"SENTINEL", "SET", "mymaster", "down-after-milliseconds", "300"}, Soon()));
  const HandoverContext ctx = set.know.Context();
  REQUIRE(
      Eventually([&] { return AskSentinelProcesses(ctx, Soon()).all.front().view.primary_down; }));
  const Status taken = TakeOverServers(ctx, {.member = kServer1, .position = PositionOf(*info, 0)},
                                       Deadline::In(Milliseconds(3000)));
  REQUIRE_FALSE(taken);
  CHECK(taken.error().message.contains("NOGOODSLAVE"));
  CHECK_FALSE(set.servers.at(kServer1).Connect().Info(Soon())->primary);
}

TEST_CASE("the sentinels make another one primary in the same moment: known within seconds") {
  RealSet set(GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER));
  HandoverContext ctx = set.know.Context();
  ctx.promoted = [&](MemberName) {
    std::vector<RespClient> servers;
    for (const MemberName member : {kServer2, kServer3}) {
      servers.push_back(set.servers.at(member).Connect());
    }
    TellSentinels(set.know.Context(), kServer2, 1000, servers, Soon());
  };
  const auto start = std::chrono::steady_clock::now();
  const Status switched = SwitchServers(ctx, kServer1, Deadline::In(Milliseconds(50'000)));
  REQUIRE_FALSE(switched);
  INFO(switched.error().ToString());
  CHECK(switched.error().code == Code::kAborted);
  CHECK(Since(start) < Milliseconds(6000));
  // Whoever still comes to the one that was promoted is not promised a write that will be lost.
  RespClient disowned = set.servers.at(kServer1).Connect();
  CHECK_FALSE(disowned.Ask({"SET", "key", "value"}, Deadline::In(Milliseconds(300))));
}

TEST_CASE("the volume tells who leads, should all end before a sentinel hears of it") {
  RealSet set(BOWLINE_REDIS_SERVER);
  const testing::TempFolder volume;
  HandoverContext ctx = set.know.Context();
  ctx.volume = volume.path();
  const auto epoch = AskSentinelProcesses(ctx, Soon()).all.front().view.epochs.config;

  RespClient primary = set.servers.at(kServer0).Connect();
  RespClient target = set.servers.at(kServer1).Connect();
  REQUIRE(target.Ask({"ACL", "SETUSER", "default", "-replicaof"}, Soon()));
  std::vector<MemberName> promoted;
  ctx.promoted = [&](MemberName member) { promoted.push_back(member); };
  CHECK_FALSE(SwitchServers(ctx, kServer1, Soon()));
  CHECK(promoted.empty());
  CHECK_FALSE(NoteOn(volume.path()));
  CHECK(primary.Ask({"SET", "key", "value"}, Soon()));

  REQUIRE(target.Ask({"ACL", "SETUSER", "default", "+replicaof"}, Soon()));
  REQUIRE(SwitchServers(ctx, kServer1, Soon()));
  CHECK(promoted == std::vector{kServer1});
  CHECK(NoteOn(volume.path()) == HandoverNote{.to = kServer1, .epoch = epoch + 1});
}

TEST_CASE("a program that is killed after the promotion: the old primary takes no write") {
  RealSet set(GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER));
  const testing::TempFolder volume;
  HandoverContext ctx = set.know.Context();
  ctx.volume = volume.path();
  RespClient target = set.servers.at(kServer1).Connect();
  // A sentinel that gives no answer keeps the program in the middle for a while.
  set.sentinels.at(testing::SentinelName(2)).Freeze();
  const pid_t program = ::fork();
  if (program == 0) {
    (void)SwitchServers(ctx, kServer1, Soon());
    ::_exit(0);
  }
  const bool promoted = Eventually([&] { return target.Info(Soon())->primary; });
  ::kill(program, SIGKILL);
  ::waitpid(program, nullptr, 0);
  REQUIRE(promoted);
  RespClient primary = set.servers.at(kServer0).Connect();
  REQUIRE(primary.Info(Soon())->primary);
  CHECK(NoteOn(volume.path()).has_value());
  // Longer than writes wait for a replica that must catch up.
  CHECK_FALSE(primary.Ask({"SET", "key", "value"}, Deadline::In(Milliseconds(4000))));
}

}  // namespace
}  // namespace bowline
