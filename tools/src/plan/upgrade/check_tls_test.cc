// The gate and tls.mode.

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "plan/upgrade/check.h"
#include "testing/plan/upgrade.h"

namespace bowline {
namespace {

using testing::Upgrade;
using testing::ValuesOf;

TEST_CASE("TLS for clients alone comes and goes, and so does the plain port of members with TLS") {
  Upgrade set;
  const auto [from, to] = GENERATE(table<std::string, std::string>(
      {{"off", "offer"}, {"offer", "off"}, {"prefer", "require"}, {"require", "prefer"}}));
  set.installed.shape->tls = from;
  set.asked.shape.tls = to;
  CHECK(set.Refusals().empty());
}

TEST_CASE("members with TLS and without do not follow each other, and that is told once") {
  Upgrade set;
  set.installed.shape->tls = GENERATE("off", "offer");
  set.asked.shape.tls = GENERATE("prefer", "require");
  set.asked.shape.ports["client"] = 6380;
  set.asked.shape.ports["sentinel"] = 26380;
  if (GENERATE(false, true)) std::swap(*set.installed.shape, set.asked.shape);
  const auto refusals = set.Refusals();
  REQUIRE(ValuesOf(refusals) == std::vector<std::string>{"tls.mode"});
  CHECK(refusals[0].what.starts_with(set.installed.shape->tls + " -> " + set.asked.shape.tls +
                                     ": members that use TLS among themselves"));
  CHECK(refusals[0].remedy.starts_with("set tls.mode=" + set.installed.shape->tls + " again"));
}

TEST_CASE("a changed port of members with TLS is that of ports.tls") {
  Upgrade set;
  set.installed.shape->tls = set.asked.shape.tls = "require";
  set.asked.shape.ports["client"] = 7000;
  set.asked.shape.ports["sentinel"] = 7001;
  const auto refusals = set.Refusals();
  REQUIRE(ValuesOf(refusals) == std::vector<std::string>{"ports.tls", "ports.sentinelTls"});
  CHECK(refusals[0].remedy == "set ports.tls=6379 again");
}

}  // namespace
}  // namespace bowline
