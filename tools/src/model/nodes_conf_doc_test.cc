#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <map>

#include "base/parse.h"
#include "testing/model.h"

namespace bowline {
namespace {

/// Fenced blocks of the document by their info strings ("nodes.conf redis-8.0", "text", "").
std::multimap<std::string, std::string> Fences() {
  std::multimap<std::string, std::string> fences;
  const std::string document = testing::ReadFile(BOWLINE_DOCS "/formats/nodes-conf.md");
  std::string* open = nullptr;
  for (const std::string_view line : SplitLines(document)) {
    if (!line.starts_with("```")) {
      if (open != nullptr) *open += std::string(line) + "\n";
    } else if (open != nullptr) {
      open = nullptr;
    } else {
      open = &fences.emplace(line.substr(3), "")->second;
    }
  }
  REQUIRE(open == nullptr);
  return fences;
}

TEST_CASE("the examples of docs/formats/nodes-conf.md are sound files") {
  std::string kinds;
  for (const auto& [info, text] : Fences()) {
    if (!info.starts_with("nodes.conf ")) continue;
    CAPTURE(info);
    kinds += info;
    const auto conf = ParseNodesConf(text);
    INFO((conf ? std::string() : conf.error().message));
    REQUIRE(conf);
    CHECK(CheckNodesConf(*conf, true));
    CHECK(PrintNodesConf(*conf) == text);
  }
  for (const std::string engine : testing::kEngines) {
    CHECK(kinds.find(engine) != std::string::npos);
  }
}

TEST_CASE("the documented seed is the one that is written") {
  const NodesConf seed =
      testing::MustSeed({.shards = 2, .replicas_per_shard = 1}, {.shard = 0, .ordinal = 1});
  CHECK(Fences().find("nodes.conf bowline")->second == PrintNodesConf(seed));
}

TEST_CASE("the documented refusal is the one that is given") {
  const std::string seed =
      PrintNodesConf(testing::MustSeed({.shards = 2, .replicas_per_shard = 1}));
  const auto conf = ParseNodesConf(std::string_view(seed).substr(0, seed.find("8192-16383") + 7));
  REQUIRE_FALSE(conf);
  CHECK(Fences().find("text")->second == conf.error().message + "\n");
}

}  // namespace
}  // namespace bowline
