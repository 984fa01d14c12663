#include "apply/common/volume_writes.h"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <thread>

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

TEST_CASE("where no thread can be started nothing is thrown, and the next look tries again") {
  int starts = 0;
  VolumeWrites writes(
      [] { return Status(); },
      [&](std::function<void()> body) {
        if (++starts == 1) {
          throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
        }
        std::thread(std::move(body)).detach();
      });
  writes.Want(true);
  CHECK(writes.Age() == Milliseconds(-1));
  writes.Want(true);
  CHECK(Eventually([&] { return writes.Age() >= Milliseconds(0); }));
  writes.Want(true);
  CHECK(starts == 2);
}

TEST_CASE("a test write that throws ends nothing, and is tried again") {
  const auto tries = std::make_shared<std::atomic<int>>(0);
  VolumeWrites writes(
      [tries]() -> Status {
        if (++*tries == 1) throw std::runtime_error("once");
        return {};
      },
      [](std::function<void()> body) { std::thread(std::move(body)).detach(); });
  writes.Want(true);
  CHECK(Eventually([&] { return writes.Age() >= Milliseconds(0); }));
  CHECK(*tries == 2);
}

}  // namespace
}  // namespace bowline
