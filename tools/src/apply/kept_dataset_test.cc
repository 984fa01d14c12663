// Copies of datasets and leftovers on a volume: made once, deleted in time.

#include "apply/common/kept_dataset.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "apply/common/lanes.h"
#include "plan/common/dataset_files.h"
#include "plan/common/kept_dataset.h"
#include "sys/files.h"
#include "testing/resp.h"

namespace bowline {
namespace {

namespace fs = std::filesystem;
using testing::Engine;
using testing::Slurp;
using testing::Soon;
using testing::Spill;
using testing::TempFolder;

Code CodeOf(const Result<std::string>& result) {
  return result ? Code::kInternal : result.error().code;
}

std::vector<std::string> Copies(const fs::path& data) {
  std::vector<std::string> copies;
  const auto names = ListFolder(data);
  REQUIRE(names);
  for (const std::string& name : *names) {
    if (name.starts_with("kept-")) copies.push_back(name);
  }
  return copies;
}

TEST_CASE("a running engine's dataset is kept, and outlives the copy that replaces it") {
  const char* program = GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER);
  Engine engine(program, {"--appendonly", "yes", "--repl-diskless-sync-delay", "0"});
  const Engine other(program, {"--repl-diskless-sync-delay", "0"});
  RespClient client = engine.Connect();
  REQUIRE(client.Ask({"SET", "mine", "value"}, Soon()));
  const fs::path data = engine.folder().path();
  const auto kept = KeepDataset(data);
  INFO((kept ? "" : kept.error().message));
  REQUIRE(kept);
  REQUIRE(client.ReplicaOf({.ip = Engine::kIp, .port = other.port()}, Soon()));
  REQUIRE(testing::Eventually([&] { return client.Info(Soon())->link_up; }));
  REQUIRE(other.Connect().Ask({"SET", "theirs", "value"}, Soon()));
  REQUIRE(testing::Eventually([&] { return client.DbSize(Soon()) == 1; }));
  CHECK(client.Ask({"GET", "mine"}, Soon())->text.empty());

  // A second one is not made.
  CHECK(CodeOf(KeepDataset(data)) == Code::kFailedPrecondition);
  CHECK(Copies(data) == std::vector{*kept});

  engine.Kill();
  engine.Start({"--dir", data / *kept});
  REQUIRE(testing::Eventually([&] { return !engine.Connect().Info(Soon())->loading; }));
  CHECK(engine.Connect().Ask({"GET", "mine"}, Soon())->text == "value");
}

TEST_CASE("nothing is kept of nothing, and nothing where there is no room") {
  const TempFolder folder;
  CHECK(CodeOf(KeepDataset(folder.path())) == Code::kNotFound);
  Lanes lanes;
  EventSink events(lanes.api, {}, false);
  CHECK(KeepDatasetAndTell(folder.path(), "why", events) == false);
  CHECK(Copies(folder.path()).empty());
}

TEST_CASE("copies go when their day is over") {
  const TempFolder folder;
  const std::string young = KeptName(UnixSeconds() - kKeptSeconds + 100);
  const std::string old = KeptName(UnixSeconds() - kKeptSeconds - 1);
  for (const std::string& name : {young, old}) {
    fs::create_directory(folder / name);
    Spill(folder / (name + "/dump.rdb"), "data");
  }
  Lanes lanes;
  EventSink events(lanes.api, {}, false);
  DropExpiredCopies(folder.path(), events);
  CHECK(Copies(folder.path()) == std::vector{young});
}

TEST_CASE("what was never finished is deleted, and nothing else") {
  const TempFolder folder;
  const fs::path log = folder / kLogFolder;
  fs::create_directory(log);
  const std::vector<std::string> stay{"dump.rdb",
                                      "nodes.conf",
                                      "bowline-state.json",
                                      "temp-notes.txt",
                                      std::string(kLogFolder) + "/appendonly.aof.1.incr.aof",
                                      std::string(kLogFolder) + "/" + AdoptedName(1)};
  const std::vector<std::string> go{"temp-1234.rdb",
                                    "temp-1700000000.17.rdb",
                                    "temp-rewriteaof-bg-17.aof",
                                    "temp-rewriteaof-17.aof",
                                    std::string(kLogFolder) + "/temp-appendonly.aof.incr",
                                    std::string(kLogFolder) + "/" + AdoptedName(2)};
  for (const auto& names : {stay, go}) {
    for (const std::string& name : names) Spill(folder / name, "0123456789");
  }
  Spill(log / kManifestFile,
        std::format("file {} seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n",
                    AdoptedName(1)));
  const Leftovers leftovers = DeleteLeftovers(folder.path());
  CHECK(leftovers.names.size() == go.size());
  CHECK(leftovers.bytes == 10 * std::ssize(go));
  for (const std::string& name : go) CHECK_FALSE(fs::exists(folder / name));
  for (const std::string& name : stay) CHECK(fs::exists(folder / name));
  SECTION("with a manifest that cannot be read, its folder is left alone") {
    Spill(log / "temp-appendonly.aof.incr", "data");
    Spill(log / kManifestFile, "junk");
    CHECK(DeleteLeftovers(folder.path()).names.empty());
    CHECK(fs::exists(log / "temp-appendonly.aof.incr"));
  }
}

TEST_CASE("an engine that is killed in its copy leaves a file that the next start deletes") {
  const char* program = GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER);
  const Engine primary(program, {"--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0",
                                 "--rdb-key-save-delay", "20000"});
  RespClient client = primary.Connect();
  REQUIRE(client.Ask({"DEBUG", "POPULATE", "1000", "key", "2000"}, Soon()));
  Engine replica(program, {"--repl-diskless-load", "disabled", "--replicaof", Engine::kIp,
                           std::to_string(primary.port())});
  const fs::path data = replica.folder().path();
  const auto partial = [&] {
    return std::ranges::any_of(*ListFolder(data), [](const std::string& name) {
      return name.starts_with("temp-") && name.ends_with(".rdb");
    });
  };
  REQUIRE(testing::Eventually(partial));
  replica.Kill();
  REQUIRE(partial());
  CHECK(DeleteLeftovers(data).names.size() == 1);
  CHECK_FALSE(partial());
}

}  // namespace
}  // namespace bowline
