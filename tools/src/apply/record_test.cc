#include "apply/common/record.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/kube.h"

namespace bowline {
namespace {

using testing::Eventually;
using testing::FakeCluster;
using testing::Soon;

const MemberName kFirst{.shard = 0, .ordinal = 0, .kind = MemberKind::kServer};
const MemberName kSecond{.shard = 0, .ordinal = 1, .kind = MemberKind::kServer};
constexpr Milliseconds kBetween{20};

Settings Declared() {
  Settings settings;
  settings.name_space = "ns";
  settings.record = "record";
  settings.layout = Layout::Sentinel(3, 3);
  return settings;
}

std::string Recorded() {
  return FakeCluster::Api().GetConfigMap("ns", "record", Soon())->data.at("installation");
}

void Empty(const std::string& version) {
  REQUIRE(
      FakeCluster::Api().PatchConfigMap("ns", "record", version, {{"installation", ""}}, Soon()));
}

TEST_CASE("an emptied record gets the installation's id again, as often as it is emptied") {
  const FakeCluster cluster;
  Lane lane("api");
  RecordKeeper keeper(lane, Declared(), kFirst, kBetween);
  const auto looked = [&] {
    keeper.Look("abcd", "");
    return Recorded() == "abcd";
  };
  Empty("7");
  CHECK(Eventually(looked));
  Empty("8");
  CHECK(Eventually(looked));
}

TEST_CASE("a record that is there is left as it is, and is not asked for at every look") {
  const FakeCluster cluster;
  Lane lane("api");
  RecordKeeper keeper(lane, Declared(), kFirst);
  keeper.Look("", "");
  for (int i = 0; i < 10; ++i) keeper.Look("abcd", "");
  CHECK(Eventually([&] { return !cluster.Requests().empty(); }));
  (void)Soon().Sleep(Milliseconds(200));
  CHECK(cluster.Requests().size() == 1);
  CHECK(Recorded() == "0123");
}

TEST_CASE(
    "the engine that runs is noted at once when it is another one, beside the id that is there") {
  const FakeCluster cluster;
  Lane lane("api");
  RecordKeeper keeper(lane, Declared(), kFirst);
  const auto noted = [](const std::string& engine) {
    const auto data = FakeCluster::Api().GetConfigMap("ns", "record", Soon())->data;
    const auto found = data.find(kRecordedEngine);
    return found != data.end() && found->second == engine;
  };
  keeper.Look("0123", "");
  keeper.Look("0123", "redis-7.0.15");
  CHECK(Eventually([&] { return noted("redis-7.0.15"); }));
  CHECK(Recorded() == "0123");
}

TEST_CASE("other members, and one without a record, ask for nothing") {
  const FakeCluster cluster;
  Settings settings = Declared();
  Lane lane("api");
  RecordKeeper second(lane, settings, kSecond, kBetween);
  settings.record = "";
  RecordKeeper without(lane, settings, kFirst, kBetween);
  second.Look("abcd", "");
  without.Look("abcd", "");
  (void)Soon().Sleep(Milliseconds(200));
  CHECK(cluster.Requests().empty());
}

TEST_CASE("a record that somebody has deleted is not made") {
  const FakeCluster cluster;
  Settings settings = Declared();
  settings.record = "absent";
  Lane lane("api");
  RecordKeeper keeper(lane, settings, kFirst);
  keeper.Look("abcd", "");
  CHECK(Eventually([&] { return cluster.Requests().size() == 1; }));
  (void)Soon().Sleep(Milliseconds(1500));
  CHECK(cluster.Requests().size() == 1);
}

}  // namespace
}  // namespace bowline
