#include "model/write_refusal.h"

#include <catch2/catch_test_macros.hpp>

namespace bowline {
namespace {

const ConfigFields kDirectives{
    {"min-replicas-to-write", "2"}, {"save", ""}, {"stop-writes-on-bgsave-error", "yes"}};

EngineInfo Read(const std::string& more) {
  const auto info = ParseEngineInfo("role:master\r\n" + more);
  REQUIRE(info);
  return *info;
}

TEST_CASE("a primary in usual times") {
  for (const std::string text :
       {"", "aof_enabled:1\r\naof_last_write_status:ok\r\nrdb_last_bgsave_status:ok\r\n",
        "aof_enabled:0\r\naof_last_write_status:err\r\n"}) {
    CAPTURE(text);
    CHECK_FALSE(MayRefuseWrites(Read(text)));
    CHECK(WhyWritesRefused(Read(text), kDirectives) == std::nullopt);
  }
}

TEST_CASE("too few replicas") {
  const EngineInfo one = Read("min_slaves_good_slaves:1\r\n");
  CHECK(MayRefuseWrites(one));
  CHECK(WhyWritesRefused(one, kDirectives) == "NOREPLICAS: 1 of 2 needed replicas keep up");
  CHECK(WhyWritesRefused(Read("min_slaves_good_slaves:2\r\n"), kDirectives) == std::nullopt);
  CHECK(WhyWritesRefused(one, {}) == std::nullopt);
  EngineInfo replica = one;
  replica.primary = false;
  CHECK_FALSE(MayRefuseWrites(replica));
  CHECK(WhyWritesRefused(replica, kDirectives) == std::nullopt);
}

TEST_CASE("a disk that fails") {
  const EngineInfo append = Read("aof_enabled:1\r\naof_last_write_status:err\r\n");
  CHECK(MayRefuseWrites(append));
  CHECK(WhyWritesRefused(append, {}) == "MISCONF: the append-only file could not be written");
  const EngineInfo snapshot = Read("rdb_last_bgsave_status:err\r\n");
  CHECK(MayRefuseWrites(snapshot));
  CHECK(WhyWritesRefused(snapshot, kDirectives) == std::nullopt);
  ConfigFields directives = kDirectives;
  directives["save"] = "3600 1";
  CHECK(WhyWritesRefused(snapshot, directives) == "MISCONF: the last snapshot failed");
  directives["stop-writes-on-bgsave-error"] = "no";
  CHECK(WhyWritesRefused(snapshot, directives) == std::nullopt);
}

}  // namespace
}  // namespace bowline
