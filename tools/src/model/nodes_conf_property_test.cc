#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "testing/model.h"

namespace bowline {
namespace {

using testing::RandomCluster;

TEST_CASE("parsing what was printed gives the same, for any cluster") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    const NodesConf conf = RandomCluster(seed).conf;
    const std::string text = PrintNodesConf(conf);
    const auto parsed = ParseNodesConf(text);
    INFO((parsed ? std::string() : parsed.error().message));
    REQUIRE(parsed);
    CHECK(*parsed == conf);
    CHECK(PrintNodesConf(*parsed) == text);
  }
}

TEST_CASE("every strict prefix of a file is refused") {
  std::vector<std::string> files;
  for (const std::string engine : testing::kEngines) {
    files.push_back(testing::ReadTestdata(engine + "/nodes.conf"));
  }
  for (unsigned seed = 0; seed < 3; ++seed) {
    files.push_back(PrintNodesConf(RandomCluster(seed).conf));
  }
  for (const std::string& text : files) {
    REQUIRE(ParseNodesConf(text));
    const std::size_t step = text.size() > 4000 ? 7 : 1;
    for (std::size_t size = 0; size < text.size(); size += step) {
      const auto conf = ParseNodesConf(std::string_view(text).substr(0, size));
      if (!conf && conf.error().code == Code::kDataLoss) continue;
      CAPTURE(size, text);
      FAIL("a cut file was accepted");
    }
  }
}

/// Counts owners slot by slot, on its own: what CheckNodesConf passed must really be sound.
bool ReallySound(const NodesConf& conf) {
  std::vector<int> owners(kSlotCount, 0);
  int myself = 0;
  for (const NodeLine& line : conf.lines) {
    myself += line.myself ? 1 : 0;
    if (conf.Find(line.id) != &line) return false;
    if (line.role == NodeRole::kReplica && line.primary.empty()) return false;
    for (const SlotRange& range : line.slots) {
      for (int slot = range.first; slot <= range.last; ++slot) {
        ++owners.at(static_cast<std::size_t>(slot));
      }
    }
  }
  return myself == 1 && std::ranges::all_of(owners, [](int count) { return count == 1; });
}

std::string Mutate(std::string text, std::mt19937& random) {
  const auto place = [&] { return random() % (text.size() + 1); };
  constexpr std::string_view kBytes = " \n\r\0,-@:[]<>=0123456789afmsxvz?\xff";
  for (unsigned i = 0; i <= random() % 3; ++i) {
    const std::size_t at = place();
    const std::size_t length = random() % 40;
    switch (random() % 6) {
      case 0:
        if (at < text.size()) text[at] = kBytes[random() % kBytes.size()];
        break;
      case 1:
        text.insert(at, 1, kBytes[random() % kBytes.size()]);
        break;
      case 2:
        text.erase(at, length);
        break;
      case 3:
        text.insert(place(), text.substr(at, length));
        break;
      case 4: {
        const std::size_t end = text.find('\n', at);
        text.erase(at, end == std::string::npos ? end : end + 1 - at);
        break;
      }
      default:
        if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1U << random() % 8));
    }
  }
  return text;
}

TEST_CASE("mutated files never crash, and what passes is sound") {
  std::mt19937 random(20261121);
  int parsed = 0;
  int passed = 0;
  for (const std::string& text : testing::SavedFiles()) {
    for (int round = 0; round < 300; ++round) {
      const std::string mutated = Mutate(text, random);
      const auto conf = ParseNodesConf(mutated);
      if (!conf) {
        if (conf.error().code != Code::kDataLoss) FAIL(conf.error().ToString());
        continue;
      }
      ++parsed;
      if (ParseNodesConf(PrintNodesConf(*conf)) != *conf) FAIL("another reading of\n" << mutated);
      if (!CheckNodesConf(*conf, true)) continue;
      ++passed;
      if (!ReallySound(*conf)) FAIL("unsound and passed:\n" << mutated);
    }
  }
  // Mutations of numbers are harmless text: the loop must have seen both outcomes.
  CHECK(parsed > 100);
  CHECK(passed > 50);
  CHECK(passed < parsed);
}

TEST_CASE("mutated views never crash") {
  std::mt19937 random(3);
  for (const std::string engine : testing::kEngines) {
    const std::string text = testing::ReadTestdata(engine + "/cluster-nodes.txt");
    for (int round = 0; round < 300; ++round) {
      const auto view = ParseClusterNodes(Mutate(text, random));
      if (!view) continue;
      const Status status = CheckNodesConf(*view, true);
      if (!status && status.error().code != Code::kDataLoss) FAIL(status.error().ToString());
    }
  }
}

}  // namespace
}  // namespace bowline
