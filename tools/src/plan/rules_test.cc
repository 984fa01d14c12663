#include "plan/rules.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/plan/rules.h"
#include "testing/plan/running_set.h"

namespace bowline {
namespace {

TEST_CASE("the same engine is judged by the rules of the declared mode") {
  testing::RunningSet set;
  ProbeInput input{.phase = Phase::kRunning, .engine = set.Of(testing::kServer1).engine};
  input.self = testing::kServer1;
  input.layout = Layout::Sentinel(3, 3);
  CHECK(ReadinessVerdict(input).text == "a replica in sync");
  input.layout = Layout::Standalone();
  CHECK(ReadinessVerdict(input).text == "a replica of a server outside");
  input.layout = Layout{};  // cluster mode
  CHECK(ReadinessVerdict(input).text.contains("cluster_state is not ok"));
}

TEST_CASE("only cluster mode has shards, only sentinel mode a Service of the replicas") {
  CHECK(RulesOf(Layout{}).Sharded());
  CHECK_FALSE(RulesOf(Layout::Sentinel(3, 3)).Sharded());
  CHECK_FALSE(RulesOf(Layout::Standalone()).Sharded());
  CHECK_FALSE(RulesOf(Layout{}).HasReadService());
  CHECK(RulesOf(Layout::Sentinel(3, 3)).HasReadService());
  CHECK_FALSE(RulesOf(Layout::Standalone()).HasReadService());
}

TEST_CASE("what only sentinel mode owns may be set in the others") {
  CHECK_FALSE(CheckEngineDirectives(RulesOf(Layout::Sentinel(3, 3)), "replica-priority 10\n"));
  CHECK(CheckEngineDirectives(RulesOf(Layout{}), "replica-priority 10\n"));
  CHECK(CheckEngineDirectives(RulesOf(Layout::Standalone()), "replica-priority 10\n"));
  CHECK_FALSE(CheckEngineDirectives(RulesOf(Layout::Standalone()), "replicaof 10.0.0.1 6379\n"));
}

}  // namespace
}  // namespace bowline
