// The client against real engines.

#include "resp/client.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <thread>

#include "testing/resp.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::Engine;
using testing::Soon;

const char* AnyEngine() { return GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER); }

std::vector<std::string> ClusterMode() {
  return {"--cluster-enabled", "yes", "--cluster-port", std::to_string(testing::FreePort())};
}

template <typename T>
Error ErrorOf(const Result<T>& result) {
  REQUIRE_FALSE(result);
  return result.error();
}

TEST_CASE("replies of every kind") {
  const Engine engine(AnyEngine());
  RespClient client = engine.Connect();
  CHECK(client.Ask({"PING"}, Soon())->text == "PONG");
  const std::string binary("a\0b\r\n\xff", 6);
  CHECK(client.Ask({"SET", "key", binary}, Soon())->text == "OK");
  CHECK(client.Ask({"GET", "key"}, Soon())->text == binary);
  CHECK(client.Ask({"GET", "absent"}, Soon())->type == Reply::Type::kNil);
  CHECK(client.Ask({"INCR", "counter"}, Soon())->integer == 1);
  const auto array = client.Ask({"MGET", "key", "absent"}, Soon());
  REQUIRE(array);
  REQUIRE(array->items.size() == 2);
  CHECK(array->items[0].text == binary);
  CHECK(array->items[1].type == Reply::Type::kNil);
  CHECK(client.DbSize(Soon()) == 2);
  const std::string big(3 << 20, 'x');
  CHECK(client.Ask({"SET", "big", big}, Soon()));
  CHECK(client.Ask({"GET", "big"}, Soon())->text == big);
}

TEST_CASE("an error reply is a value for Command and an error for Ask") {
  const Engine engine(AnyEngine());
  RespClient client = engine.Connect();
  const auto reply = client.Command({"NO-SUCH-COMMAND"}, Soon());
  REQUIRE(reply);
  CHECK(reply->IsError());
  CHECK(reply->ErrorWord() == "ERR");
  CHECK(ErrorOf(client.Ask({"NO-SUCH-COMMAND"}, Soon())).code == Code::kFailedPrecondition);
  CHECK(client.Ask({"PING"}, Soon()));  // the connection is as good as before
}

TEST_CASE("a pipeline: replies in the order of the commands, error replies among them") {
  const Engine engine(AnyEngine());
  RespClient client = engine.Connect();
  const std::string big(3 << 20, 'x');
  const auto replies = client.Pipeline(
      {{"SET", "big", big}, {"NO-SUCH-COMMAND"}, {"GET", "big"}, {"INCR", "counter"}}, Soon());
  REQUIRE(replies);
  REQUIRE(replies->size() == 4);
  CHECK(replies->at(0).text == "OK");
  CHECK(replies->at(1).IsError());
  CHECK(replies->at(2).text == big);
  CHECK(replies->at(3).integer == 1);
  CHECK(client.Ask({"PING"}, Soon())->text == "PONG");
  // The second reply is late: it must not answer a later command.
  CHECK_FALSE(client.Pipeline({{"PING"}, {"BLPOP", "empty", "1"}}, Deadline::In(Milliseconds(50))));
  CHECK_FALSE(client.Ask({"PING"}, Soon()));
}

TEST_CASE("logging in") {
  const Engine engine(AnyEngine(),
                      {"--user", "default", "on", ">right-password", "~*", "&*", "+@all", "--user",
                       "limited", "on", ">limited-password", "+ping"});
  CHECK(engine.Connect({.user = "default", .password = "right-password"}).Ask({"PING"}, Soon()));
  const Error wrong = ErrorOf(RespClient::Connect(
      Engine::kIp, engine.port(), {.user = "default", .password = "wrong-password"}, Soon()));
  CHECK(wrong.code == Code::kPermissionDenied);
  CHECK_THAT(wrong.message, ContainsSubstring("logging in"));
  CHECK_THAT(wrong.message, !ContainsSubstring("wrong-password"));
  CHECK(engine
            .Connect(
                {.user = "default",
                 .password = "newer",
                 .others = {{"default", "new"}, {"default", "right-password"}, {"limited", "x"}}})
            .Ask({"PING"}, Soon()));
  const Error all = ErrorOf(RespClient::Connect(
      Engine::kIp, engine.port(),
      {.user = "default", .password = "wrong-password", .others = {{"default", "wrong-too"}}},
      Soon()));
  CHECK(all.code == Code::kPermissionDenied);
  const Error none = ErrorOf(engine.Connect().Ask({"PING"}, Soon()));
  CHECK(none.code == Code::kPermissionDenied);
  CHECK_THAT(none.message, ContainsSubstring("NOAUTH"));
  RespClient limited = engine.Connect({.user = "limited", .password = "limited-password"});
  CHECK(limited.Ask({"PING"}, Soon()));
  CHECK(ErrorOf(limited.Info(Soon())).code == Code::kPermissionDenied);
}

TEST_CASE("what an engine says of itself") {
  const Engine engine(AnyEngine(), ClusterMode());
  RespClient client = engine.Connect();
  const auto info = client.Info(Soon());
  REQUIRE(info);
  CHECK(info->primary);
  CHECK_FALSE(info->loading);
  CHECK(info->version.contains('.'));
  CHECK(info->replication_id.size() == 40);
  const auto cluster = client.ReadClusterInfo(Soon());
  REQUIRE(cluster);
  CHECK_FALSE(cluster->state_ok);
  CHECK(cluster->known_nodes == 1);
  const auto nodes = client.ClusterNodes(Soon());
  REQUIRE(nodes);
  const auto view = ParseClusterNodes(*nodes);
  REQUIRE(view);
  CHECK(view->Myself() != nullptr);
}

TEST_CASE("cluster commands, refused and accepted") {
  const Engine engine(AnyEngine(), ClusterMode());
  RespClient client = engine.Connect();
  for (const FailoverMode mode :
       {FailoverMode::kPlain, FailoverMode::kForce, FailoverMode::kTakeover}) {
    const Error refused = ErrorOf(client.ClusterFailover(mode, Soon()));
    CHECK(refused.code == Code::kFailedPrecondition);
    CHECK_THAT(refused.message, ContainsSubstring("replica"));  // "... send ... to a replica"
  }
  const auto stranger = NodeId::Parse(std::string(40, 'a'));
  CHECK(ErrorOf(client.ClusterReplicate(*stranger, Soon())).code == Code::kFailedPrecondition);
  CHECK(client.ClusterMeet({.ip = "127.0.0.1", .port = 1, .bus_port = 2}, Soon()));
  CHECK(ErrorOf(client.ClusterMeet({.ip = "no.address", .port = 1, .bus_port = 2}, Soon())).code ==
        Code::kFailedPrecondition);
  CHECK(client.ConfigSet("cluster-announce-ip", "127.0.0.9", Soon()));
  CHECK_THAT(*client.ClusterNodes(Soon()), ContainsSubstring("127.0.0.9:"));
  CHECK_FALSE(client.ConfigSet("no-such-option", "1", Soon()));
}

TEST_CASE("paused writes wait, reads go on") {
  const Engine engine(AnyEngine());
  RespClient client = engine.Connect();
  RespClient writer = engine.Connect();
  REQUIRE(client.PauseWrites(Milliseconds(60'000), Soon()));
  CHECK(client.Ask({"GET", "key"}, Soon()));
  CHECK(ErrorOf(writer.Ask({"SET", "key", "1"}, Deadline::In(Milliseconds(200)))).code ==
        Code::kDeadlineExceeded);
  REQUIRE(client.ResumeWrites(Soon()));
  CHECK(engine.Connect().Ask({"SET", "key", "2"}, Soon()));
}

TEST_CASE("who steps back closes its clients' connections and refuses none of their writes") {
  const Engine engine(AnyEngine());
  RespClient client = engine.Connect();
  std::vector<std::jthread> writers;
  std::atomic<int> closed = 0;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&, writer = engine.Connect()]() mutable {
      auto last = writer.Ask({"INCR", "writes"}, Soon());
      while (last) last = writer.Ask({"INCR", "writes"}, Soon());
      closed += last.error().code == Code::kUnavailable ? 1 : 0;
    });
  }
  CHECK(client.StepBack({.ip = "127.0.0.1", .port = 1}, {"default"}, Soon()));
  for (std::jthread& writer : writers) writer.join();
  CHECK(closed == 4);
  CHECK_FALSE(client.Info(Soon())->primary);
  CHECK_FALSE(client.StepBack({.ip = "no address", .port = -1}, {}, Soon()));
}

TEST_CASE("a loading engine is unavailable, and says how far it is") {
  Engine engine(AnyEngine());
  RespClient client = engine.Connect();
  REQUIRE(client.Ask({"DEBUG", "POPULATE", "3000", "key", "100"}, Soon()));
  REQUIRE(client.Ask({"SAVE"}, Soon()));
  engine.Kill();
  engine.Start({"--key-load-delay", "20000", "--loading-process-events-interval-bytes", "1024"});
  client = engine.Connect();
  const Error loading = ErrorOf(client.Ask({"PING"}, Soon()));
  CHECK(loading.code == Code::kUnavailable);
  CHECK_THAT(loading.message, ContainsSubstring("LOADING"));
  const auto info = client.Info(Soon());
  REQUIRE(info);
  CHECK(info->loading);
}

TEST_CASE("a busy engine: no answer in time, then BUSY") {
  const Engine engine(AnyEngine(), {"--busy-reply-threshold", "300"});
  RespClient busy = engine.Connect();
  CHECK(
      ErrorOf(busy.Ask({"EVAL", "while true do end", "0"}, Deadline::In(Milliseconds(100)))).code ==
      Code::kDeadlineExceeded);
  RespClient client = engine.Connect();
  const Error error = ErrorOf(client.Ask({"PING"}, Soon()));
  CHECK(error.code == Code::kUnavailable);
  CHECK_THAT(error.message, ContainsSubstring("BUSY"));
  CHECK(client.Ask({"SCRIPT", "KILL"}, Soon()));
}

TEST_CASE("a frozen engine costs the deadline and no more") {
  const Engine engine(AnyEngine());
  RespClient client = engine.Connect();
  engine.Freeze();
  const auto start = std::chrono::steady_clock::now();
  CHECK(ErrorOf(client.Ask({"PING"}, Deadline::In(Milliseconds(300)))).code ==
        Code::kDeadlineExceeded);
  CHECK(Since(start) >= Milliseconds(250));
  // The kernel still accepts connections for it; the login gets no answer.
  CHECK(
      ErrorOf(RespClient::Connect(Engine::kIp, engine.port(), {.user = "default", .password = "x"},
                                  Deadline::In(Milliseconds(300))))
          .code == Code::kDeadlineExceeded);
  CHECK(Since(start) < Milliseconds(5000));
  engine.Thaw();
  CHECK(engine.Connect().Ask({"PING"}, Soon()));
}

TEST_CASE("nobody listens, or the engine dies: unavailable") {
  CHECK(ErrorOf(RespClient::Connect("127.0.0.1", testing::FreePort(), {}, Soon())).code ==
        Code::kUnavailable);
  Engine engine(AnyEngine());
  RespClient client = engine.Connect();
  engine.Kill();
  CHECK(ErrorOf(client.Ask({"PING"}, Soon())).code == Code::kUnavailable);
  CHECK(ErrorOf(client.Ask({"PING"}, Soon())).code == Code::kUnavailable);
}

TEST_CASE("a reply that drips in does not stretch the deadline") {
  std::vector<std::string> drops(200, "x");
  drops.front() = "$1000\r\n";
  const testing::ScriptedPeer peer(drops, Milliseconds(50));
  auto client = RespClient::Connect("127.0.0.1", peer.port(), {}, Soon());
  REQUIRE(client);
  const auto start = std::chrono::steady_clock::now();
  CHECK(ErrorOf(client->Ask({"PING"}, Deadline::In(Milliseconds(300)))).code ==
        Code::kDeadlineExceeded);
  CHECK(Since(start) < Milliseconds(3000));
}

TEST_CASE("a reply that comes after its deadline answers no later call") {
  // The start of one reply in time, its rest and another one later.
  const testing::ScriptedPeer peer({"$5\r\nfi", "rst\r\n$6\r\nsecond\r\n"}, Milliseconds(200));
  auto client = RespClient::Connect("127.0.0.1", peer.port(), {}, Soon());
  REQUIRE(client);
  CHECK(ErrorOf(client->Ask({"GET", "first"}, Deadline::In(Milliseconds(300)))).code ==
        Code::kDeadlineExceeded);
  (void)Soon().Sleep(Milliseconds(300));
  CHECK(ErrorOf(client->Ask({"GET", "second"}, Soon())).code == Code::kUnavailable);
}

/// Is the connection closed by the engine? What has come before is read.
bool Closed(RespClient& client) {
  const auto read = client.Command({"PING"}, Soon());
  return !read && read.error().code == Code::kUnavailable;
}

TEST_CASE("a demoted server keeps neither subscribers nor blocked clients") {
  const char* program = AnyEngine();
  const Engine primary(program);
  const Engine engine(program);
  RespClient subscriber = engine.Connect();
  REQUIRE(subscriber.Ask({"PSUBSCRIBE", "*"}, Soon()));
  RespClient control = engine.Connect();
  SECTION("by our own hand") {
    REQUIRE(control.StepBack({.ip = Engine::kIp, .port = primary.port(), .bus_port = 0},
                             {"default"}, Soon()));
  }
  SECTION("by somebody else's") {
    REQUIRE(control.ReplicaOf({.ip = Engine::kIp, .port = primary.port(), .bus_port = 0}, Soon()));
    REQUIRE(control.EndSubscribers({"default"}, Soon()));
  }
  CHECK(Closed(subscriber));
  CHECK(control.Ask({"PING"}, Soon()));
}

TEST_CASE("whoever waits in a command is closed before a demotion, not answered with UNBLOCKED") {
  const char* program = AnyEngine();
  const Engine primary(program);
  const Engine engine(program);
  std::atomic<int> closed = 0;  // not answered "UNBLOCKED force unblock ..."
  const auto wait = [&](std::vector<std::string> words) {
    return std::jthread([&closed, client = engine.Connect(), words = std::move(words)]() mutable {
      closed += client.Command(words, Soon()) ? 0 : 1;
    });
  };
  const std::jthread list = wait({"BLPOP", "queue", "0"});
  const std::jthread stream = wait({"XREAD", "BLOCK", "0", "STREAMS", "stream", "$"});
  RespClient control = engine.Connect();
  const auto blocked = [&] { return control.Ask({"INFO", "clients"}, Soon())->text; };
  REQUIRE(testing::Eventually([&] { return blocked().contains("blocked_clients:2"); }));
  // A write that a pause holds up goes on afterwards.
  REQUIRE(control.PauseWrites(Milliseconds(60'000), Soon()));
  std::atomic<bool> written = false;
  const std::jthread writer([&, client = engine.Connect()]() mutable {
    written = client.Ask({"SET", "key", "value"}, Soon()).has_value();
  });
  REQUIRE(testing::Eventually([&] {
    const auto clients = control.ClientList("normal", Soon());
    return clients && std::ranges::contains(*clients, "set", &ClientLine::command);
  }));
  REQUIRE(control.EndBlocked(Soon()));
  CHECK(testing::Eventually([&] { return closed == 2; }));
  REQUIRE(control.ResumeWrites(Soon()));
  CHECK(testing::Eventually([&] { return written.load(); }));
  CHECK(control.ReplicaOf({.ip = Engine::kIp, .port = primary.port(), .bus_port = 0}, Soon()));
}

TEST_CASE("a primary lists its replica at the address that this one announces from now on") {
  const char* program = AnyEngine();
  const Engine primary(program);
  const Engine engine(program, {"--replica-announce-ip", "127.0.0.2"});
  RespClient replica = engine.Connect();
  RespClient leader = primary.Connect();
  const auto listed = [&] {
    const auto info = leader.Info(Soon());
    return info && info->replicas.size() == 1 ? info->replicas.front().ip : "";
  };
  REQUIRE(replica.ReplicaOf({.ip = Engine::kIp, .port = primary.port(), .bus_port = 0}, Soon()));
  REQUIRE(testing::Eventually(
      [&] { return listed() == "127.0.0.2" && replica.Info(Soon())->link_up; }));
  REQUIRE(replica.AnnounceReplica("127.0.0.3", Soon()));
  CHECK(testing::Eventually(
      [&] { return listed() == "127.0.0.3" && replica.Info(Soon())->link_up; }));
  // No second full copy.
  CHECK(leader.Ask({"INFO", "stats"}, Soon())->text.contains("sync_full:1\r\n"));
  CHECK(leader.AnnounceReplica("127.0.0.4", Soon()));  // a primary has no link to close
}

TEST_CASE("what is no reply is unavailable, not a crash") {
  const std::string text =
      GENERATE("HTTP/1.1 400 Bad Request\r\n\r\n", "$-7\r\n", "*99999999999\r\n");
  const testing::ScriptedPeer peer({text}, Milliseconds(1));
  auto client = RespClient::Connect("127.0.0.1", peer.port(), {}, Soon());
  REQUIRE(client);
  CHECK(ErrorOf(client->Ask({"PING"}, Soon())).code == Code::kUnavailable);
}

TEST_CASE("words of error replies") {
  Reply reply{.type = Reply::Type::kError, .text = "MOVED 5 10.0.0.7:6379"};
  CHECK(reply.ErrorWord() == "MOVED");
  reply.text = "ALONE";
  CHECK(reply.ErrorWord() == "ALONE");
  CHECK(Reply{.type = Reply::Type::kString, .text = "ERR x"}.ErrorWord().empty());
}

}  // namespace
}  // namespace bowline
