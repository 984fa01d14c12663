#include <catch2/catch_test_macros.hpp>

#include "testing/plan/upgrade.h"

namespace bowline {
namespace {

using testing::kClusterJson;
using testing::kSentinelJson;
using testing::kStandaloneJson;
using testing::Upgrade;
using testing::ValuesOf;

TEST_CASE("a standalone server may become a set with sentinels, with its volume as it is") {
  Upgrade grows(kStandaloneJson);
  grows.installed.sets.pop_back();  // it has no sentinels
  grows.asked.shape = *ReadShape(kSentinelJson);
  CHECK(grows.Refusals().empty());
  SECTION("its volume is compared all the same") {
    grows.asked.claims["server"].size = "16Gi";
    CHECK(ValuesOf(grows.Refusals()) == std::vector<std::string>{"persistence.size"});
  }
  SECTION("and its engine, ports and passwords") {
    grows.asked.shape.engine = "valkey";
    grows.asked.shape.ports["client"] = 6380;
    grows.asked.shape.auth = false;
    CHECK(ValuesOf(grows.Refusals()) ==
          std::vector<std::string>{"engine", "ports.client", "auth.enabled"});
  }
  SECTION("it does not become a cluster") {
    grows.asked.shape = *ReadShape(kClusterJson);
    CHECK(ValuesOf(grows.Refusals()) == std::vector<std::string>{"mode"});
  }
  SECTION("and a set with sentinels does not become standalone without a token") {
    grows.installed.shape = *ReadShape(kSentinelJson);
    grows.asked.shape = *ReadShape(kStandaloneJson);
    REQUIRE(ValuesOf(grows.Refusals()) == std::vector<std::string>{"mode"});
    CHECK(grows.Refusals()[0].what.contains("all servers but server-0"));
    CHECK(grows.Refusals()[0].remedy.contains("delete the claims of the other servers"));
  }
}

}  // namespace
}  // namespace bowline
