// Which of the dataset's files is loaded. What engines do with the outcome:
// apply/dataset_io_test.cc.

#include "plan/common/dataset_files.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

namespace bowline {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;
constexpr const char* kManifest =
    "file appendonly.aof.2.base.rdb seq 2 type b\n"
    "file appendonly.aof.2.incr.aof seq 2 type i startoffset 0\n";

DatasetFile Dump(std::int64_t age, bool empty = false) {
  return {.name = "dump.rdb", .bytes = 5000, .modified = kNow - age, .empty = empty};
}

/// Append-only files whose last write was `age` seconds ago.
DatasetFiles Log(std::int64_t age, bool empty = false) {
  DatasetFiles files;
  files.manifest = kManifest;
  files.log = {{.name = "appendonly.aof.2.base.rdb",
                .bytes = 88,
                .modified = kNow - age - 1000,
                .empty = true},
               {.name = "appendonly.aof.2.incr.aof",
                .bytes = empty ? 0 : 700,
                .modified = kNow - age,
                .empty = empty}};
  return files;
}

/// The same with a snapshot that was begun and finished so long ago.
DatasetFiles Both(std::int64_t log_age, std::int64_t begun, std::int64_t finished) {
  DatasetFiles files = Log(log_age);
  files.dump = Dump(finished);
  files.dump_created = begun < 0 ? 0 : kNow - begun;
  return files;
}

DatasetAction With(const DatasetFiles& files) { return PlanDataset(files, true).action; }
DatasetAction Without(const DatasetFiles& files) { return PlanDataset(files, false).action; }

TEST_CASE("appendonly yes: a dump alone is adopted, and nothing else is done for nothing") {
  DatasetFiles files;
  CHECK(With(files) == DatasetAction::kNone);
  CHECK(PlanDataset(files, true).modified == 0);
  files.dump = Dump(10, true);
  CHECK(With(files) == DatasetAction::kNone);
  files.dump = Dump(10);
  CHECK(With(files) == DatasetAction::kAdoptDump);
  CHECK(PlanDataset(files, true).bytes == 5000);
  CHECK(With(Log(0)) == DatasetAction::kNone);
  CHECK(PlanDataset(Log(0), true).bytes == 700);
  CHECK(PlanDataset(Log(5), true).modified == kNow - 5);
}

TEST_CASE("append-only files that hold no key") {
  DatasetFiles files = Log(100, true);
  SECTION("older than the dump: killed between a copy and its first rewrite") {
    files.dump = Dump(50);
    CHECK(With(files) == DatasetAction::kAdoptDump);
  }
  SECTION("newer than the dump: emptied since, which is told") {
    files.dump = Dump(500);
    const DatasetPlan plan = PlanDataset(files, true);
    CHECK(plan.action == DatasetAction::kNone);
    CHECK(plan.reason.contains("is not loaded"));
    CHECK(plan.bytes == 0);
  }
}

TEST_CASE("both hold data: the later one, unless somebody has put an old dump there") {
  // A snapshot of the running engine while writes went on.
  CHECK(With(Both(0, 600, 500)) == DatasetAction::kNone);
  CHECK(With(Both(550, 600, 500)) == DatasetAction::kNone);
  // The last write was long before the snapshot began: it has all of it, or has replaced it.
  CHECK(With(Both(9000, 600, 500)) == DatasetAction::kAdoptDump);
  // Clocks of two nodes.
  CHECK(With(Both(630, 600, 500)) == DatasetAction::kNone);
  // A backup of yesterday, put there after the last write.
  CHECK(With(Both(9000, 86'400, 500)) == DatasetAction::kAsk);
  CHECK(PlanDataset(Both(9000, 86'400, 500), true).reason.contains("delete dump.rdb"));
  // Nobody knows when it was made.
  CHECK(With(Both(9000, -1, 500)) == DatasetAction::kAsk);
  CHECK(With(Both(0, -1, 500)) == DatasetAction::kNone);
}

TEST_CASE("append-only files that an engine could not load, or would ignore") {
  DatasetFiles files = Log(0);
  std::string reason;
  SECTION("no manifest: the engine would start empty") {
    files.manifest.reset();
    reason = "appendonlydir holds appendonly.aof.2.incr.aof, but no appendonly.aof.manifest";
  }
  SECTION("a file of the manifest is gone") {
    files.log.pop_back();
    reason = "names appendonly.aof.2.incr.aof, which is not there";
  }
  SECTION("an empty manifest") {
    files.manifest = "";
    reason = "appendonly.aof.manifest: it is empty";
  }
  SECTION("a manifest that was cut") {
    files.manifest->resize(files.manifest->size() - 9);
    reason = "its last line is cut off";
  }
  const DatasetPlan plan = PlanDataset(files, true);
  CHECK(plan.action == DatasetAction::kBroken);
  CHECK(plan.reason.contains(reason));
  if (files.log.size() > 1) CHECK(plan.bytes == 700);
  // Without data there is nothing that `appendonly no` would ignore.
  CHECK(Without(files) == (plan.bytes > 0 ? DatasetAction::kBroken : DatasetAction::kNone));
  files.dump = Dump(-10);
  CHECK(Without(files) == DatasetAction::kNone);
}

TEST_CASE("leftovers are no data") {
  DatasetFiles files;
  const bool named = GENERATE(false, true);
  for (const char* name : {"temp-appendonly.aof.incr", "temp-rewriteaof-17.aof",
                           "appendonly.aof.adopted.1.base.rdb"}) {
    files.log.push_back({.name = name, .bytes = 900, .modified = kNow, .empty = false});
  }
  if (named) {
    files.manifest = "file appendonly.aof.adopted.1.base.rdb seq 1 type b\n";
    CHECK(With(files) == DatasetAction::kNone);
    CHECK(PlanDataset(files, true).bytes == 900);
    CHECK(NextSequence(files) == 2);
    return;
  }
  CHECK(With(files) == DatasetAction::kNone);
  CHECK(PlanDataset(files, true).bytes == 0);
  files.dump = Dump(10);  // killed in the middle of its adoption
  CHECK(With(files) == DatasetAction::kAdoptDump);
  CHECK(NextSequence(files) == 2);
}

TEST_CASE("one append-only file of an old engine is data, which the engine takes over by itself") {
  DatasetFiles files;
  files.old_log = {.name = "appendonly.aof", .bytes = 300, .modified = kNow, .empty = false};
  CHECK(PlanDataset(files, true).bytes == 300);
  files.dump = Dump(50);
  CHECK(With(files) == DatasetAction::kNone);
  CHECK(Without(files) == DatasetAction::kUseLog);
}

TEST_CASE("appendonly no: append-only files are used while they are the newest") {
  CHECK(Without(Log(0)) == DatasetAction::kUseLog);
  CHECK(PlanDataset(Log(0), false).reason.contains("BGSAVE"));
  CHECK(Without(Both(0, 600, 500)) == DatasetAction::kUseLog);
  CHECK(Without(Both(900, 600, 500)) == DatasetAction::kNone);
  CHECK(PlanDataset(Both(900, 600, 500), false).bytes == 5000);
  DatasetFiles emptied = Log(900);
  emptied.dump = Dump(10, true);
  CHECK(PlanDataset(emptied, false).bytes == 0);
  CHECK(Without(Log(0, true)) == DatasetAction::kNone);
}

TEST_CASE("what the directives say of the append-only files") {
  CHECK_FALSE(AppendOnly(""));
  CHECK(AppendOnly("maxmemory 1gb\nappendonly yes\n"));
  CHECK(AppendOnly("appendonly no\n  AppendOnly  \"yes\"\n"));
  CHECK_FALSE(AppendOnly("appendonly yes\n# appendonly yes\nappendonly no\n"));
}

}  // namespace
}  // namespace bowline
