// What real engines leave on a volume, and what they load of it afterwards.

#include "apply/common/dataset_io.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "plan/common/rdb_header.h"
#include "sys/files.h"
#include "testing/resp.h"

namespace bowline {
namespace {

using testing::Engine;
using testing::Soon;
using testing::Spill;
using testing::TempFolder;

const char* AnyEngine() { return GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER); }

void Set(const Engine& engine, const std::string& key) {
  REQUIRE(engine.Connect().Ask({"SET", key, "value"}, Soon()));
}

std::int64_t Keys(const Engine& engine) {
  RespClient client = engine.Connect();
  REQUIRE(testing::Eventually([&] {
    const auto info = client.Info(Soon());
    return info && !info->loading;
  }));
  return *client.DbSize(Soon());
}

/// An engine without append-only files that has saved one key and is dead.
std::unique_ptr<Engine> Saved(const char* program) {
  auto engine = std::make_unique<Engine>(program);
  Set(*engine, "k");
  REQUIRE(engine->Connect().Ask({"SAVE"}, Soon()));
  engine->Kill();
  return engine;
}

DatasetFiles MustRead(const Engine& engine) {
  const auto files = ReadDataset(engine.folder().path());
  REQUIRE(files);
  return *files;
}

const std::vector<std::string> kAppendOnly{"--appendonly", "yes"};

TEST_CASE("a dump of one small key is data, and one without keys is none") {
  const char* program = AnyEngine();
  const auto engine = Saved(program);
  const DatasetFiles files = MustRead(*engine);
  REQUIRE(files.dump);
  CHECK_FALSE(files.dump->empty);
  CHECK(files.dump->bytes < 200);
  CHECK(files.dump_created + 60 > files.dump->modified);
  const auto header = ParseRdbHeader(*ReadBeginning(engine->folder() / kDumpFile, kRdbHeaderBytes));
  REQUIRE(header);
  CHECK(std::string(program).contains(header->writer));
  CHECK(header->format > 0);
  CHECK_FALSE(header->engine_version.empty());

  engine->Start();
  RespClient client = engine->Connect();
  REQUIRE(client.Ask({"FLUSHALL"}, Soon()));
  REQUIRE(client.Ask({"SAVE"}, Soon()));
  CHECK(MustRead(*engine).dump->empty);
}

TEST_CASE("a dump beside appendonly yes: ignored by the engine, and loaded when it is adopted") {
  const auto engine = Saved(AnyEngine());
  const bool adopt = GENERATE(false, true);
  const DatasetFiles files = MustRead(*engine);
  REQUIRE(PlanDataset(files, true).action == DatasetAction::kAdoptDump);
  if (adopt) REQUIRE(AdoptDump(engine->folder().path(), files));
  engine->Start(kAppendOnly);
  REQUIRE(Keys(*engine) == (adopt ? 1 : 0));  // the fault that this is for
  if (!adopt) return;
  // A write at once, a kill, a rewrite, a kill.
  Set(*engine, "more");
  engine->Kill();
  CHECK(PlanDataset(MustRead(*engine), true).action == DatasetAction::kNone);
  engine->Start(kAppendOnly);
  REQUIRE(Keys(*engine) == 2);
  RespClient client = engine->Connect();
  REQUIRE(client.Ask({"BGREWRITEAOF"}, Soon()));
  REQUIRE(testing::Eventually([&] {
    const auto manifest = MustRead(*engine).manifest;
    return manifest && !manifest->contains("adopted");
  }));
  engine->Kill();
  engine->Start(kAppendOnly);
  CHECK(Keys(*engine) == 2);
}

TEST_CASE("killed while the dump is adopted, the next start adopts it") {
  const auto engine = Saved(AnyEngine());
  const std::filesystem::path data = engine->folder().path();
  std::filesystem::create_directory(data / kLogFolder);
  SECTION("before the manifest") {
    REQUIRE(LinkOrCopy(data / kDumpFile, data / kLogFolder / AdoptedName(1)));
  }
  SECTION("in the middle of a copy, where the file system has no links") {
    Spill(data / kLogFolder / (AdoptedName(1) + ".bowline-tmp"), "REDIS0012half");
  }
  SECTION("with the manifest half written") {
    REQUIRE(LinkOrCopy(data / kDumpFile, data / kLogFolder / AdoptedName(1)));
    Spill(data / kLogFolder / (std::string(kManifestFile) + ".bowline-tmp"), "file app");
  }
  const DatasetFiles files = MustRead(*engine);
  REQUIRE(PlanDataset(files, true).action == DatasetAction::kAdoptDump);
  REQUIRE(AdoptDump(data, files));
  engine->Start(kAppendOnly);
  CHECK(Keys(*engine) == 1);
}

TEST_CASE("a replica that is killed between its copy and its first rewrite has what it copied") {
  const char* program = AnyEngine();
  const Engine primary(program, {"--repl-diskless-sync", "no"});
  Set(primary, "k");

  Engine replica(program, {"--appendonly", "yes", "--repl-diskless-load", "disabled"});
  const DatasetFiles before = MustRead(replica);
  REQUIRE(before.manifest);
  RespClient client = replica.Connect();
  REQUIRE(client.ReplicaOf({.ip = Engine::kIp, .port = primary.port()}, Soon()));
  REQUIRE(testing::Eventually([&] { return client.Info(Soon())->link_up; }));
  replica.Kill();
  // As if the kill had come before the rewrite: the files of before, and the copy.
  const std::filesystem::path log = replica.folder() / kLogFolder;
  std::filesystem::remove_all(log);
  std::filesystem::create_directory(log);
  Spill(log / kManifestFile, *before.manifest);
  for (const DatasetFile& file : before.log) {
    Spill(log / file.name, "");
    std::filesystem::last_write_time(
        log / file.name, std::filesystem::file_time_type::clock::now() - std::chrono::seconds(5));
  }
  const DatasetFiles files = MustRead(replica);
  REQUIRE(PlanDataset(files, true).action == DatasetAction::kAdoptDump);
  REQUIRE(AdoptDump(replica.folder().path(), files));
  replica.Start(kAppendOnly);
  CHECK(Keys(replica) == 1);
}

TEST_CASE("appendonly no over append-only files: they are loaded all the same") {
  Engine engine(AnyEngine(), kAppendOnly);
  Set(engine, "k");
  engine.Kill();
  CHECK(PlanDataset(MustRead(engine), false).action == DatasetAction::kUseLog);
  engine.Start({"--appendonly", "yes"});
  REQUIRE(Keys(engine) == 1);
  // What the reason tells to do.
  (void)Soon().Sleep(Milliseconds(1100));
  RespClient client = engine.Connect();
  REQUIRE(client.Ask({"SAVE"}, Soon()));
  REQUIRE(client.ConfigSet("appendonly", "no", Soon()));
  engine.Kill();
  CHECK(PlanDataset(MustRead(engine), false).action == DatasetAction::kNone);
  engine.Start({"--appendonly", "no"});
  CHECK(Keys(engine) == 1);
}

}  // namespace
}  // namespace bowline
