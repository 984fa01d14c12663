#include <catch2/benchmark/catch_benchmark.hpp>
#include <catch2/catch_test_macros.hpp>

#include "testing/model.h"

// model_test "[!benchmark]" in a release build: each of these is to stay below 10 ms.

namespace bowline {
namespace {

TEST_CASE("nodes.conf of 1000 members", "[!benchmark]") {
  const Layout layout{.shards = 500, .replicas_per_shard = 1};
  const Identity identity = testing::TestIdentity();
  const AddressBook book = testing::Addresses(layout);
  const NodesConf conf = testing::MustSeed(layout);
  const std::string text = PrintNodesConf(conf);
  REQUIRE(ParseNodesConf(text) == conf);

  BENCHMARK("generate and print") {
    return PrintNodesConf(*SeedNodesConf(layout, identity, book, {}));
  };
  BENCHMARK("parse") { return ParseNodesConf(text); };
  BENCHMARK("print") { return PrintNodesConf(conf); };
  BENCHMARK("check") { return CheckNodesConf(conf, true); };
  BENCHMARK("readdress") {
    NodesConf copy = conf;
    Readdress(copy, identity, book);
    return copy;
  };
}

}  // namespace
}  // namespace bowline
