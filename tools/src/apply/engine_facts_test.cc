// What the engines themselves tell, with real ones.

#include "apply/common/engine_facts.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "testing/model.h"
#include "testing/resp.h"

namespace bowline {
namespace {

using testing::Engine;
using testing::ServerName;

void Add(Observation& seen, MemberName member, int port) {
  seen.addresses[member] = {.ip = Engine::kIp, .port = port, .bus_port = 0};
  Report& report = seen.reports[member];
  report.installation = testing::TestIdentity().installation;
  report.engine.answers = true;
}

TEST_CASE("all engines are asked at once, and one that says nothing is left out") {
  const Engine redis(BOWLINE_REDIS_SERVER, {"--maxmemory", "48mb"});
  const Engine valkey(BOWLINE_VALKEY_SERVER);
  const Engine frozen(BOWLINE_REDIS_SERVER);
  const Engine unasked(BOWLINE_REDIS_SERVER);
  Observation seen;
  Add(seen, ServerName(0), redis.port());
  Add(seen, ServerName(1), valkey.port());
  Add(seen, ServerName(2), frozen.port());
  Add(seen, ServerName(3), unasked.port());
  seen.reports[ServerName(3)].engine.answers = false;
  frozen.Freeze();
  const auto begun = std::chrono::steady_clock::now();
  const EngineFactsBook book =
      AskEngines(Settings{}, EngineSecrets{}, seen, false, Deadline::In(Milliseconds(1000)));
  CHECK(Since(begun) < Milliseconds(3000));
  REQUIRE(book.size() == 2);
  CHECK(book.at(ServerName(0)).max_memory == 48 << 20);
  CHECK(book.at(ServerName(0)).used_memory > 100'000);
  CHECK(book.at(ServerName(1)).max_memory == 0);
  CHECK(book.at(ServerName(1)).clients >= 1);
  CHECK(book.at(ServerName(1)).uptime_seconds >= 0);
  CHECK(book.at(ServerName(1)).saved_at > 0);

  seen.reports[ServerName(1)].installation = "another";
  CHECK(AskEngines(Settings{}, EngineSecrets{}, seen, false, Deadline::In(Milliseconds(1000)))
            .empty());
}

TEST_CASE("what an engine has refused: who, what and from where, without names of keys") {
  const Engine engine(GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER));
  Observation seen;
  Add(seen, ServerName(0), engine.port());
  seen.reports[ServerName(0)].foreign_users = {"app"};
  const auto log = [&](bool refused) {
    return AskEngines(Settings{}, EngineSecrets{}, seen, refused, testing::Soon())
        .at(ServerName(0))
        .acl_log;
  };
  CHECK_FALSE(log(false));
  REQUIRE(log(true));
  CHECK(log(true)->empty());

  RespClient client = engine.Connect();
  REQUIRE(
      client.Ask({"ACL", "SETUSER", "app", "on", ">secret", "~app:*", "+get"}, testing::Soon()));
  CHECK_FALSE(client.Ask({"AUTH", "a-password", "app"}, testing::Soon()));
  CHECK_FALSE(client.Ask({"AUTH", "app", "wrong-password"}, testing::Soon()));
  REQUIRE(client.Ask({"AUTH", "app", "secret"}, testing::Soon()));
  CHECK_FALSE(client.Ask({"GET", "customer-4711"}, testing::Soon()));
  CHECK_FALSE(client.Ask({"FLUSHALL"}, testing::Soon()));
  const auto told = log(true);
  REQUIRE(told);
  REQUIRE(told->size() == 4);
  const AclDenial& command = told->at(0);
  CHECK(command.reason == "command");
  CHECK(command.context == "toplevel");
  CHECK(command.object == "flushall");
  CHECK(command.user == "app");
  CHECK(command.client.starts_with(Engine::kIp));
  CHECK(command.count == 1);
  CHECK(command.age_seconds >= 0);
  CHECK(told->at(1).reason == "key");
  CHECK(told->at(1).object == "a key");
  CHECK(told->at(2).reason == "auth");
  CHECK(told->at(2).user == "app");
  CHECK(told->at(3).user == "-");
}

}  // namespace
}  // namespace bowline
