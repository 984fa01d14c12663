// Append-only files that were damaged, and what real engines make of them afterwards.

#include "apply/common/dataset_repair.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "apply/common/dataset_io.h"
#include "sys/files.h"
#include "testing/resp.h"

namespace bowline {
namespace {

namespace fs = std::filesystem;
using testing::Engine;
using testing::Slurp;
using testing::Soon;
using testing::Spill;

constexpr int kKeys = 10;

/// With a base and an increment, dead.
class Damaged {
 public:
  explicit Damaged(const char* program)
      : engine_(program, {"--appendonly", "yes"}), program_(program) {
    RespClient client = engine_.Connect();
    REQUIRE(client.Ask({"SET", "base", "value"}, Soon()));
    REQUIRE(client.Ask({"BGREWRITEAOF"}, Soon()));
    REQUIRE(testing::Eventually([&] { return fs::exists(Log() / "appendonly.aof.2.base.rdb"); }));
    for (int i = 1; i < kKeys; ++i) {
      REQUIRE(client.Ask({"SET", "k" + std::to_string(i), "value"}, Soon()));
    }
    engine_.Kill();
  }
  [[nodiscard]] fs::path Data() const { return engine_.folder().path(); }
  [[nodiscard]] fs::path Log() const { return Data() / kLogFolder; }
  [[nodiscard]] fs::path Increment() const { return Log() / "appendonly.aof.2.incr.aof"; }
  [[nodiscard]] std::int64_t Bytes() const {
    return static_cast<std::int64_t>(fs::file_size(Increment()));
  }
  void Cut(std::int64_t bytes) const { fs::resize_file(Increment(), Bytes() - bytes); }
  void Append(const std::string& text) const { Spill(Increment(), Slurp(Increment()) + text); }
  /// Ends by itself while it loads, as with what the program configures.
  [[nodiscard]] bool Loads() {
    try_ = std::make_unique<testing::Program>(std::vector<std::string>{
        program_, "--port", std::to_string(testing::FreePort()), "--appendonly", "yes", "--save",
        "", "--dir", Data(), "--logfile", "log", "--aof-load-truncated", "no"});
    std::optional<ChildExit> end;
    (void)testing::Eventually([&] { return (end = Reap(try_->pid())).has_value(); },
                              Milliseconds(1500));
    try_.reset();
    return !end;
  }
  [[nodiscard]] std::int64_t Keys() {
    engine_.Start({"--appendonly", "yes", "--aof-load-truncated", "no"});
    RespClient client = engine_.Connect();
    REQUIRE(testing::Eventually([&] { return !client.Info(Soon())->loading; }));
    return *client.DbSize(Soon());
  }

 private:
  Engine engine_;
  std::string program_;
  std::unique_ptr<testing::Program> try_;
};

const char* AnyEngine() { return GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER); }

TEST_CASE("an end that is missing is found and cut off, and the rest is loaded") {
  Damaged files(AnyEngine());
  const std::int64_t bytes = files.Bytes();
  CHECK_FALSE(FindDamage(files.Data(), true));
  std::int64_t keys = kKeys;
  std::string tail;
  SECTION("seven bytes of the last command") {
    files.Cut(7);
    keys = kKeys - 1;
    tail = "*3";
  }
  SECTION("a transaction without its end") {
    tail = "*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n";
    files.Append(tail);
  }
  SECTION("zeros of a power cut") { files.Append(std::string(4096, '\0')); }
  SECTION("half a command, then zeros") {
    files.Cut(7);
    files.Append(std::string(4096, '\0'));
    keys = kKeys - 1;
    tail = "*3";
  }
  CHECK_FALSE(files.Loads());
  const auto damage = FindDamage(files.Data(), true);
  REQUIRE(damage);
  CHECK(damage->CanBeCut());
  CHECK(damage->good <= bytes);
  CHECK(damage->good + damage->lost == files.Bytes());
  const auto kept = CutLog(files.Data(), *damage);
  REQUIRE(kept);
  CHECK(kept->empty() == tail.empty());
  if (!tail.empty()) {
    const std::string name = damage->file + ".from-" + std::to_string(damage->good);
    CHECK(Slurp(files.Data() / *kept / name).starts_with(tail));
  }
  CHECK_FALSE(FindDamage(files.Data(), true));
  CHECK(files.Keys() == keys);
}

TEST_CASE("what an engine cannot load at all is found, and set aside as it is") {
  Damaged files(AnyEngine());
  const fs::path base = files.Log() / "appendonly.aof.2.base.rdb";
  SECTION("junk in the middle") {
    const std::string text = Slurp(files.Increment());
    const std::size_t middle = text.find("*3", text.size() / 2);
    Spill(files.Increment(), text.substr(0, middle) + "junk" + text.substr(middle + 4));
  }
  SECTION("a base that was cut") { fs::resize_file(base, fs::file_size(base) - 20); }
  SECTION("a base of zeros") { Spill(base, std::string(300, '\0')); }
  CHECK_FALSE(files.Loads());
  const auto damage = FindDamage(files.Data(), true);
  REQUIRE(damage);
  INFO(damage->what);
  CHECK_FALSE(damage->CanBeCut());
  const std::string increment = Slurp(files.Increment());
  const auto kept = SetDatasetAside(files.Data());
  REQUIRE(kept);
  CHECK(Slurp(files.Data() / *kept / kLogFolder / "appendonly.aof.2.incr.aof") == increment);
  CHECK(files.Keys() == 0);
}

TEST_CASE("an engine that ends for another reason has no damaged dataset; who wrote it is told") {
  const char* program = AnyEngine();
  const Damaged files(program);
  CHECK_FALSE(FindDamage(files.Data(), true));
  const std::string writer = WriterOf(files.Data(), true).value();
  INFO(writer);
  CHECK(writer.starts_with("appendonly.aof.2.base.rdb was written by "));
  CHECK(writer.contains(std::string(program).contains("valkey") ? "valkey" : "redis"));
  CHECK(writer.contains("RDB format"));
}

}  // namespace
}  // namespace bowline
