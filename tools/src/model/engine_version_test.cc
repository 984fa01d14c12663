#include "model/engine_version.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

namespace bowline {
namespace {

EngineVersion Of(const char* label) {
  const auto version = ParseEngineLabel(label);
  INFO(label);
  REQUIRE(version);
  return *version;
}

TEST_CASE("the engine's label is read as it was printed") {
  CHECK(PrintEngineLabel("redis", "8.0.2") == "redis-8.0.2");
  CHECK(Of("redis-8.0.2") ==
        EngineVersion{.engine = "redis", .version = "8.0.2", .major = 8, .minor = 0});
  CHECK(Of("valkey-9.1.0-rc1").minor == 1);
  CHECK(Of("valkey-9.1").ToString() == "valkey 9.1");
  // Kubernetes would refuse them.
  for (const char* version : {"", "8.0 2", "8.0.", "8.0-"}) {
    CHECK(PrintEngineLabel("redis", version).empty());
  }
  CHECK(PrintEngineLabel("redis", std::string(60, '1')).empty());
  for (const char* label : {"", "redis", "redis-", "redis-8", "redis-x.1", "redis-8.x",
                            "redis--8.1", "redis-99999999999.1"}) {
    CHECK_FALSE(ParseEngineLabel(label));
  }
}

TEST_CASE("the version in an image's name") {
  CHECK(VersionOfImage("redis", "docker.io/library/redis:8.0")->version == "8.0");
  CHECK(VersionOfImage("valkey", "reg:5000/valkey:9.1.2-alpine")->version == "9.1.2");
  for (const char* image : {"redis", "reg:5000/redis", "redis:latest", "redis:8", "redis:v8.0",
                            "redis:8.0@sha256:0123", "", ":"}) {
    CHECK_FALSE(VersionOfImage("redis", image));
  }
}

TEST_CASE("an older version is one of the same engine with a lower minor version") {
  const auto [one, other, older] =
      GENERATE(table<const char*, const char*, bool>({{"redis-7.4.9", "redis-8.0.0", true},
                                                      {"redis-8.0.6", "redis-8.2.0", true},
                                                      {"redis-8.0.2", "redis-8.0.6", false},
                                                      {"redis-8.10.0", "redis-8.9.0", false},
                                                      {"redis-8.0.0", "redis-8.0.0", false},
                                                      {"redis-8.0.0", "redis-7.4.0", false},
                                                      {"redis-8.0.0", "valkey-9.1.0", false}}));
  CHECK(Of(one).OlderThan(Of(other)) == older);
}

}  // namespace
}  // namespace bowline
