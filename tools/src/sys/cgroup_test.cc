// The container's control group, from files as both versions of the kernel's interface have them.

#include "sys/cgroup.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/sys.h"

namespace bowline {
namespace {

using testing::Spill;
using testing::TempFolder;

TEST_CASE("cgroup v2: the limit, and how often it was reached") {
  const TempFolder root;
  Spill(root / "memory.max", "314572800\n");
  Spill(root / "memory.events", "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n");
  CHECK(MemoryLimit(root.path()) == 314'572'800);
  CHECK(OomKills(root.path()) == 2);
  Spill(root / "memory.max", "max\n");
  CHECK_FALSE(MemoryLimit(root.path()));
}

TEST_CASE("cgroup v1") {
  const TempFolder root;
  std::filesystem::create_directory(root / "memory");
  Spill(root / "memory" / "memory.limit_in_bytes", "314572800\n");
  Spill(root / "memory" / "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
  CHECK(MemoryLimit(root.path()) == 314'572'800);
  CHECK(OomKills(root.path()) == 1);
  Spill(root / "memory" / "memory.limit_in_bytes", "9223372036854771712\n");
  CHECK_FALSE(MemoryLimit(root.path()));
}

TEST_CASE("no control group that can be read: no limit") {
  const TempFolder root;
  CHECK_FALSE(MemoryLimit(root.path()));
  CHECK(OomKills(root.path()) == 0);
  Spill(root / "memory.max", "12x\n");
  CHECK_FALSE(MemoryLimit(root.path()));
  Spill(root / "memory.events", "oom_kill x\n");
  CHECK(OomKills(root.path()) == 0);
}

}  // namespace
}  // namespace bowline
