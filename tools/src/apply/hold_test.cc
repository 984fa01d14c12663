#include "apply/common/hold.h"

#include <catch2/catch_test_macros.hpp>

#include "apply/driver.h"
#include "testing/model.h"
#include "testing/sys.h"

namespace bowline {
namespace {

using testing::ServerName;
using testing::Spill;
using testing::TempFolder;

TEST_CASE("which members are held") {
  CHECK(IsHeld({"server-1"}, ServerName(1)));
  CHECK(IsHeld({"all"}, ServerName(1)));
  CHECK_FALSE(IsHeld({"server-1", "server-2"}, ServerName(0)));
  CHECK_FALSE(IsHeld({}, ServerName(0)));
}

TEST_CASE("a held member says what its volume is, also when it is refused") {
  const TempFolder volume;
  Settings settings;
  settings.layout = Layout{};
  const Paths paths{.data = volume.path()};
  const auto described = [&] {
    return DescribeVolume(settings, paths, MemberName{}, DriverOf(settings.layout).rules());
  };
  CHECK(described() == "fresh");
  Spill(volume / "nodes.conf", "damaged");
  CHECK(described().starts_with("refused (nodes.conf is there but bowline-state.json is not"));
  CHECK(testing::Slurp(volume / "nodes.conf") == "damaged");
}

}  // namespace
}  // namespace bowline
