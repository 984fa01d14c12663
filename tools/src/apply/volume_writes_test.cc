#include "apply/common/volume_writes.h"

#include <catch2/catch_test_macros.hpp>
#include <filesystem>

#include "testing/sys.h"

namespace bowline {
namespace {

using testing::Eventually;
using testing::TempFolder;

TEST_CASE("a volume that takes writes is known to, from a moment ago") {
  const TempFolder folder;
  VolumeWrites writes(folder.path());
  CHECK(writes.Age() == Milliseconds(-1));
  writes.Want(true);
  REQUIRE(Eventually([&] { return writes.Age() >= Milliseconds(0); }));
  CHECK(writes.Age() < Milliseconds(5000));
}

TEST_CASE("nothing is written before it is wanted") {
  const TempFolder folder;
  const VolumeWrites writes(folder.path());
  (void)Deadline::In(Milliseconds(2500)).Sleep(Milliseconds(2500));
  CHECK(writes.Age() == Milliseconds(-1));
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a volume that takes no write any more grows older, until it takes one again") {
  const TempFolder folder;
  const std::filesystem::path data = folder / "data";
  std::filesystem::create_directory(data);
  VolumeWrites writes(data);
  writes.Want(true);
  REQUIRE(Eventually([&] { return writes.Age() >= Milliseconds(0); }));
  std::filesystem::rename(data, folder / "lost");
  REQUIRE(Eventually([&] { return writes.Age() > Milliseconds(4500); }));
  std::filesystem::rename(folder / "lost", data);
  CHECK(Eventually([&] { return writes.Age() < Milliseconds(2000); }));
}

}  // namespace
}  // namespace bowline
