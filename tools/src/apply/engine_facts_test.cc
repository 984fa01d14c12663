// What the engines themselves tell, with real ones.

#include "apply/common/engine_facts.h"

#include <catch2/catch_test_macros.hpp>

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
      AskEngines(Settings{}, EngineSecrets{}, seen, Deadline::In(Milliseconds(1000)));
  CHECK(Since(begun) < Milliseconds(3000));
  REQUIRE(book.size() == 2);
  CHECK(book.at(ServerName(0)).max_memory == 48 << 20);
  CHECK(book.at(ServerName(0)).used_memory > 100'000);
  CHECK(book.at(ServerName(1)).max_memory == 0);
  CHECK(book.at(ServerName(1)).clients >= 1);
  CHECK(book.at(ServerName(1)).uptime_seconds >= 0);
  CHECK(book.at(ServerName(1)).saved_at > 0);

  seen.reports[ServerName(1)].installation = "another";
  CHECK(AskEngines(Settings{}, EngineSecrets{}, seen, Deadline::In(Milliseconds(1000))).empty());
}

}  // namespace
}  // namespace bowline
