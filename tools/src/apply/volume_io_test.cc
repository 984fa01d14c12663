#include "apply/common/volume_io.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/sys.h"

namespace bowline {
namespace {

TEST_CASE("a copy of a file that is refused is for its user alone: sentinel.conf has passwords") {
  const testing::TempFolder folder;
  testing::Spill(folder / "sentinel.conf", "sentinel auth-pass mymaster secret");
  const auto copy = Quarantine(folder.path(), "sentinel.conf");
  REQUIRE(copy);
  CHECK(std::filesystem::status(*copy).permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}

}  // namespace
}  // namespace bowline
