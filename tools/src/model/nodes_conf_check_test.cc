#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "testing/model.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::RandomCluster;

void CheckRefused(const NodesConf& conf, const std::string& message, bool full_coverage = false) {
  const Status status = CheckNodesConf(conf, full_coverage);
  REQUIRE_FALSE(status);
  CHECK(status.error().code == Code::kDataLoss);
  CHECK_THAT(status.error().message, ContainsSubstring(message));
}

NodesConf Seed() { return testing::MustSeed({.shards = 3, .replicas_per_shard = 2}); }

TEST_CASE("sound clusters pass, whatever they lived through") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    const Status status = CheckNodesConf(RandomCluster(seed).conf, true);
    INFO((status ? std::string() : status.error().message));
    CHECK(status);
  }
}

TEST_CASE("every injected overlap is caught") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    RandomCluster cluster(seed);
    NodeLine* thief = cluster.AnyLine(NodeRole::kPrimary);
    const int slot = cluster.Below(kSlotCount);
    const int last = std::min(kSlotCount - 1, slot + cluster.Below(50));
    thief->slots.push_back({slot, last});
    CheckRefused(cluster.conf, "is owned twice");
  }
}

TEST_CASE("every injected gap is caught when all slots must be owned") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    RandomCluster cluster(seed);
    NodeLine* line = nullptr;
    do {
      line = cluster.AnyLine(NodeRole::kPrimary);
    } while (line->slots.empty());
    SlotRange& range =
        line->slots[static_cast<std::size_t>(cluster.Below(static_cast<int>(line->slots.size())))];
    const int missing = cluster.Below(2) == 0 ? range.first : range.last;
    if (range.size() == 1) {
      line->slots.erase(line->slots.begin() + (&range - line->slots.data()));
    } else if (missing == range.first) {
      ++range.first;
    } else {
      --range.last;
    }
    CheckRefused(cluster.conf, "1 of 16384 slots have no owner: " + std::to_string(missing), true);
    CHECK(CheckNodesConf(cluster.conf, false));
  }
}

TEST_CASE("long lists of gaps are shortened") {
  NodesConf conf = Seed();
  for (NodeLine& line : conf.lines) line.slots.clear();
  for (int slot = 0; slot < kSlotCount; slot += 2) conf.lines[0].slots.push_back({slot, slot});
  CheckRefused(conf, "8192 of 16384 slots have no owner: 1 3 5 7 9 11 13 15 ...", true);
}

TEST_CASE("slot ranges that no parser makes are caught") {
  for (const SlotRange range : {SlotRange{-1, 5}, SlotRange{5, 4}, SlotRange{0, kSlotCount}}) {
    NodesConf conf = Seed();
    conf.lines[0].slots = {range};
    CheckRefused(conf, "which is no slot range");
  }
}

TEST_CASE("ids and myself are unique and present") {
  NodesConf conf = Seed();
  conf.lines[1].myself = true;
  CheckRefused(conf, "two lines with the flag myself");
  conf = Seed();
  conf.lines[0].myself = false;
  CheckRefused(conf, "no line with the flag myself");
  conf = Seed();
  conf.lines[4].id = conf.lines[5].id;
  CheckRefused(conf, "two lines for node");
  conf = Seed();
  conf.lines[4].id = NodeId();
  CheckRefused(conf, "a line without node id");
  CheckRefused(NodesConf(), "no line with the flag myself");
}

TEST_CASE("replicas need a primary with a line, and its shard id") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    RandomCluster cluster(seed);
    NodeLine* replica = cluster.AnyLine(NodeRole::kReplica);
    if (replica == nullptr) continue;
    CAPTURE(seed);
    const NodeLine before = *replica;
    replica->primary = *NodeId::Parse(std::string(40, 'z'));
    CheckRefused(cluster.conf, "has no line or leads to no primary");
    replica->primary = NodeId();
    CheckRefused(cluster.conf, "is nobody's replica");
    replica->primary = replica->id;
    CheckRefused(cluster.conf, "leads to no primary");
    *replica = before;
    replica->set_shard_id(testing::TestIdentity().ShardIdOf(999));
    CheckRefused(cluster.conf, "has shard-id");
  }
}

TEST_CASE("a replica of a replica is sound, a cycle is not") {
  NodesConf conf = Seed();
  NodeLine& first = conf.lines[1];
  NodeLine& second = conf.lines[2];
  second.primary = first.id;
  CHECK(CheckNodesConf(conf, true));
  CHECK(LeadingPrimaries(conf)[2] == conf.lines.data());
  first.primary = second.id;
  CheckRefused(conf, "leads to no primary");
  CHECK(LeadingPrimaries(conf)[1] == nullptr);
  CHECK(LeadingPrimaries(conf)[2] == nullptr);
  CHECK(LeadingPrimaries(conf)[4] == &conf.lines[3]);
}

TEST_CASE("two members that were saved as replicas of each other are settled") {
  // As redis 8.0.2 saved it when a demoted primary was stopped 0.2 s after its handover.
  NodesConf conf = Seed();
  NodeLine& former = conf.lines[0];
  NodeLine& target = conf.lines[1];
  former.role = NodeRole::kReplica;
  former.primary = target.id;
  former.slots.clear();
  target.primary = former.id;
  target.config_epoch = 14;
  REQUIRE(conf.Myself() != nullptr);
  CheckRefused(conf, "leads to no primary");

  SECTION("the one that myself follows leads") {
    for (NodeLine& line : conf.lines) line.myself = false;
    former.myself = true;
    SettleCycles(conf);
    CHECK(target.role == NodeRole::kPrimary);
    CHECK(target.primary.empty());
    CHECK(former.primary == target.id);
  }
  SECTION("also against the epochs") {
    for (NodeLine& line : conf.lines) line.myself = false;
    target.myself = true;
    SettleCycles(conf);
    CHECK(former.role == NodeRole::kPrimary);
    CHECK(target.role == NodeRole::kReplica);
  }
  SECTION("a cycle of others goes by the epochs") {
    for (NodeLine& line : conf.lines) line.myself = false;
    conf.lines.back().myself = true;
    SettleCycles(conf);
    CHECK(target.role == NodeRole::kPrimary);
    CHECK(former.role == NodeRole::kReplica);
  }
  CHECK(CheckNodesConf(conf, false));
}

TEST_CASE("sound files have no cycles to settle, and long cycles are settled once") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    RandomCluster cluster(seed);
    const NodesConf before = cluster.conf;
    SettleCycles(cluster.conf);
    CHECK(cluster.conf == before);
  }
  NodesConf conf = testing::MustSeed({.shards = 1, .replicas_per_shard = 3000});
  for (std::size_t i = 1; i < conf.lines.size(); ++i) conf.lines[i].primary = conf.lines[i - 1].id;
  conf.lines[1].primary = conf.lines.back().id;
  SettleCycles(conf);
  CHECK(CheckNodesConf(conf, true));
  conf.lines[5].primary = conf.lines[5].id;
  SettleCycles(conf);
  CHECK(CheckNodesConf(conf, true));
}

TEST_CASE("slots that are still on a former primary's line count as owned") {
  NodesConf conf = Seed();
  conf.lines[1].slots.swap(conf.lines[0].slots);
  CHECK(CheckNodesConf(conf, true));
  conf.lines[1].slots.front().last = 6000;
  CheckRefused(conf, "is owned twice");
}

TEST_CASE("one long chain costs no more than its length") {
  NodesConf conf = testing::MustSeed({.shards = 1, .replicas_per_shard = 3000});
  for (std::size_t i = 1; i < conf.lines.size(); ++i) conf.lines[i].primary = conf.lines[i - 1].id;
  CHECK(CheckNodesConf(conf, true));
  conf.lines[1].primary = conf.lines.back().id;
  CheckRefused(conf, "leads to no primary");
}

TEST_CASE("a primary in handshake leads nobody") {
  NodesConf conf = Seed();
  conf.lines[3].handshake = true;
  CheckRefused(conf, "leads to no primary");
}

}  // namespace
}  // namespace bowline
