// What `bowline latency` asks, with real engines.

#include "apply/common/latency.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/resp.h"

namespace bowline {
namespace {

using testing::Engine;
using testing::Soon;

TEST_CASE("slow commands, latency events and statistics, without what clients sent") {
  for (const char* program : {BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER}) {
    CAPTURE(program);
    const Engine engine(program, {"--slowlog-log-slower-than", "0", "--slowlog-max-len", "1000",
                                  "--latency-monitor-threshold", "1"});
    RespClient client = engine.Connect();
    const std::string secret = "hunter2" + std::string(993, 'x');
    REQUIRE(client.Ask({"SET", "key-of-a-user", secret}, Soon()));
    REQUIRE(client.Ask({"DEBUG", "SLEEP", "0.02"}, Soon()));
    for (int i = 0; i < 150; ++i) REQUIRE(client.Ask({"GET", "key-of-a-user"}, Soon()));
    REQUIRE(client.Ask({"SET", "key-of-a-user", secret}, Soon()));
    const LatencyFacts facts = AskLatency(client, Soon());
    CHECK(facts.failures.empty());
    CHECK(facts.slow.size() == 128);
    CHECK(facts.directives.at("slowlog-log-slower-than") == "0");
    REQUIRE_FALSE(facts.events.empty());
    CHECK(facts.events[0].latest.longest >= 20);
    CHECK_FALSE(facts.events[0].history.empty());
    const std::string text = PrintLatency(facts);
    CHECK(text.contains(" SET, 2 arguments of 13, 1000 bytes\n"));
    CHECK(text.contains(" GET, 1 argument of 13 bytes\n"));
    CHECK(text.contains("cmdstat_get:calls=150,"));
    CHECK(text.contains("latency_percentiles_usec_set:"));
    CHECK_FALSE(text.contains("hunter2"));
    CHECK_FALSE(text.contains("of-a-user"));
    CHECK_FALSE(text.contains("127.0.0.1"));
  }
}

TEST_CASE("what an engine refuses is told") {
  const Engine engine(BOWLINE_REDIS_SERVER, {"--rename-command", "SLOWLOG", ""});
  RespClient client = engine.Connect();
  const LatencyFacts facts = AskLatency(client, Soon());
  REQUIRE(facts.failures.size() == 1);
  CHECK(facts.failures[0].starts_with("SLOWLOG GET 128: "));
  CHECK(facts.statistics.contains("cmdstat_"));
}

}  // namespace
}  // namespace bowline
