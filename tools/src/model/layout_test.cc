#include "model/layout.h"

#include <catch2/catch_test_macros.hpp>
#include <set>

#include "testing/model.h"

namespace bowline {
namespace {

using testing::Addresses;
using testing::RandomCluster;
using testing::TestIdentity;

NodeId Id(int shard, int ordinal) {
  return TestIdentity().NodeIdOf({.shard = shard, .ordinal = ordinal});
}

TEST_CASE("a layout lists its members") {
  const Layout layout{.shards = 2, .replicas_per_shard = 1};
  CHECK(layout.Members() == std::vector<MemberName>{{0, 0}, {0, 1}, {1, 0}, {1, 1}});
  CHECK(layout.MembersOf(1) == std::vector<MemberName>{{1, 0}, {1, 1}});
  CHECK(layout.MembersOf(2).empty());
  CHECK(layout.MembersOf(-1).empty());
  CHECK(layout.Contains({.shard = 1, .ordinal = 1}));
  CHECK_FALSE(layout.Contains({.shard = 2, .ordinal = 0}));
  CHECK_FALSE(layout.Contains({.shard = 0, .ordinal = 2}));
  CHECK_FALSE(layout.Contains({.shard = -1, .ordinal = 0}));
}

TEST_CASE("the file of a first start is this text") {
  const auto conf =
      SeedNodesConf({.shards = 2, .replicas_per_shard = 1}, TestIdentity(),
                    Addresses({.shards = 2, .replicas_per_shard = 1}), {.shard = 1, .ordinal = 1});
  REQUIRE(conf);
  CHECK(PrintNodesConf(*conf) ==
        "8c1567ba20efdaab4b31976fbffa89a9028cff63 10.96.0.1:6379@16379"
        ",,shard-id=afda716150982a4b73c9c26596bd5d7a704126d6 master - 0 0 1 connected 0-8191\n"
        "5f6f67e7783b9cbc9db5ca7424a6c5e78de2bdb9 10.96.0.2:6379@16379"
        ",,shard-id=afda716150982a4b73c9c26596bd5d7a704126d6 slave"
        " 8c1567ba20efdaab4b31976fbffa89a9028cff63 0 0 1 connected\n"
        "16bf5ce4522a61fd8e10da8d8182b6445c3cb87b 10.96.0.3:6379@16379"
        ",,shard-id=2c9050a2a9fe6c7aee0031ec5966ffdd8cd66dbe master - 0 0 2 connected 8192-16383\n"
        "2143b85e3cfac3bf0f5e39084d40883b737755e1 10.96.0.4:6379@16379"
        ",,shard-id=2c9050a2a9fe6c7aee0031ec5966ffdd8cd66dbe myself,slave"
        " 16bf5ce4522a61fd8e10da8d8182b6445c3cb87b 0 0 2 connected\n"
        "vars currentEpoch 2 lastVoteEpoch 0\n");
}

TEST_CASE("any layout seeds sound files that differ in myself only") {
  for (const int shards : {1, 2, 3, 7, 100}) {
    for (const int replicas : {0, 1, 3}) {
      CAPTURE(shards, replicas);
      const Layout layout{.shards = shards, .replicas_per_shard = replicas};
      const NodesConf first = testing::MustSeed(layout);
      CHECK(CheckNodesConf(first, true));
      std::set<std::uint64_t> epochs;
      for (const NodeLine& line : first.lines) {
        if (line.role == NodeRole::kPrimary) epochs.insert(line.config_epoch);
      }
      CHECK(epochs.size() == static_cast<std::size_t>(shards));
      CHECK(first.current_epoch == *epochs.rbegin());
      NodesConf last = testing::MustSeed(layout, layout.Members().back());
      CHECK(last.Myself()->id == Id(shards - 1, replicas));
      last.Myself()->myself = false;
      last.Find(Id(0, 0))->myself = true;
      CHECK(last == first);
    }
  }
}

TEST_CASE("a seed needs a possible layout, all addresses, and a member of it") {
  const Layout layout{.shards = 3, .replicas_per_shard = 1};
  const auto seed = [](const Layout& shape, const AddressBook& book, MemberName self) {
    const auto conf = SeedNodesConf(shape, TestIdentity(), book, self);
    if (conf) return std::string("(no error)");
    CHECK(conf.error().code == Code::kInvalidArgument);
    return conf.error().message;
  };
  AddressBook book = Addresses(layout);
  CHECK(seed(layout, book, {.shard = 3}) ==
        "shard-3-0 is no member of 3 shards with 1 replicas each");
  CHECK(seed({.shards = 0}, book, {}) == "a layout of 0 shards with 1 replicas each");
  CHECK(seed({.shards = 1, .replicas_per_shard = -1}, book, {}) ==
        "a layout of 1 shards with -1 replicas each");
  CHECK(seed({.shards = 16385}, book, {}) == "a layout of 16385 shards with 1 replicas each");
  book[{.shard = 2, .ordinal = 1}].ip = "";
  CHECK(seed(layout, book, {}) == "no address known for shard-2-1");
  book.erase({.shard = 2, .ordinal = 1});
  CHECK(seed(layout, book, {}) == "no address known for shard-2-1");
  book[{.shard = 2, .ordinal = 1}] = book[{.shard = 0, .ordinal = 0}];
  CHECK(seed(layout, book, {}) ==
        "shard-2-1 has the address 10.96.0.1:6379@16379 of another member");
}

TEST_CASE("readdressing keeps roles, slots, epochs and marks, and nothing passing") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    RandomCluster cluster(seed);
    NodeLine handshake;
    handshake.id = *NodeId::Parse(std::string(40, 'h'));
    handshake.handshake = true;
    const NodesConf before = cluster.conf;
    cluster.conf.lines.insert(cluster.conf.lines.begin(), handshake);
    const AddressBook book = Addresses(cluster.layout, "192.168.");
    Readdress(cluster.conf, TestIdentity(), book);
    const NodesConf& after = cluster.conf;

    REQUIRE(after.lines.size() == before.lines.size());
    CHECK(after.current_epoch == before.current_epoch);
    CHECK(after.last_vote_epoch == before.last_vote_epoch);
    CHECK(CheckNodesConf(after, true));
    for (std::size_t i = 0; i < before.lines.size(); ++i) {
      NodeLine expected = before.lines[i];
      for (const auto& [member, endpoint] : book) {
        if (TestIdentity().NodeIdOf(member) != expected.id) continue;
        expected.endpoint = endpoint;
        expected.set_shard_id(TestIdentity().ShardIdOf(member.shard));
      }
      expected.fail = expected.maybe_fail = expected.noaddr = false;
      expected.ping_sent = expected.pong_received = 0;
      CHECK(after.lines[i] == expected);
    }
    const NodesConf once = after;
    Readdress(cluster.conf, TestIdentity(), book);
    CHECK(cluster.conf == once);
  }
}

TEST_CASE("files saved by every engine are readdressed and get their shard ids") {
  const Layout layout{.shards = 3, .replicas_per_shard = 1};
  for (const std::string engine : testing::kEngines) {
    for (const std::string name : {"/nodes.conf", "/nodes-hostnames.conf"}) {
      CAPTURE(engine, name);
      auto conf = ParseNodesConf(testing::ReadTestdata(engine + name));
      REQUIRE(conf);
      Readdress(*conf, TestIdentity(), Addresses(layout));
      CHECK(CheckNodesConf(*conf, true));
      const std::string text = PrintNodesConf(*conf);
      for (const std::string_view word : {"fail", "noaddr", ":0@0", "127.0."}) {
        CAPTURE(word);
        CHECK(text.find(word) == std::string::npos);
      }
      for (const NodeLine& line : conf->lines) CHECK(line.shard_id().size() == 40);
    }
  }
}

TEST_CASE("a file saved in the middle of a failover is completed") {
  const Layout layout{.shards = 3, .replicas_per_shard = 2};
  for (const std::string engine : {"redis-7.0", "redis-8.0", "valkey-9.1"}) {
    CAPTURE(engine);
    auto conf = ParseNodesConf(testing::ReadTestdata(engine + "/nodes-mid-failover.conf"));
    REQUIRE(conf);
    CHECK(conf->Find(Id(0, 2))->primary == Id(0, 0));
    CHECK(conf->Find(Id(0, 0))->primary == Id(0, 1));
    CHECK(CheckNodesConf(*conf, true));
    Readdress(*conf, TestIdentity(), Addresses(layout));
    CHECK(conf->Find(Id(0, 2))->primary == Id(0, 1));
    CHECK(CheckNodesConf(*conf, true));
  }
  // valkey 8.1: the slots are still on the line of the former primary.
  auto conf = ParseNodesConf(testing::ReadTestdata("valkey-8.1/nodes-mid-failover.conf"));
  REQUIRE(conf);
  CHECK(ToString(conf->Find(Id(0, 1))->slots) == "0-5460");
  CHECK(conf->Find(Id(0, 1))->primary == Id(0, 0));
  CHECK(CheckNodesConf(*conf, true));
  Readdress(*conf, TestIdentity(), Addresses(layout));
  CHECK(conf->Find(Id(0, 1))->slots.empty());
  CHECK(ToString(conf->Find(Id(0, 0))->slots) == "0-5460");
  CHECK(CheckNodesConf(*conf, true));
}

TEST_CASE("slots of a former primary join those of the new one, in order") {
  const Layout layout{.shards = 2, .replicas_per_shard = 1};
  NodesConf conf = testing::MustSeed(layout);
  conf.lines[0].slots = {{5, 8191}};
  conf.lines[1].slots = {{0, 2}, {3, 4}};
  Readdress(conf, TestIdentity(), Addresses(layout));
  CHECK(ToString(conf.lines[0].slots) == "0-2 3-4 5-8191");
  CHECK(CheckNodesConf(conf, true));
}

TEST_CASE("lines of strangers and of members without address keep what they have") {
  const Layout layout{.shards = 2, .replicas_per_shard = 1};
  NodesConf conf = testing::MustSeed(layout);
  AddressBook book = Addresses(layout, "192.168.");
  book.erase({.shard = 1, .ordinal = 0});
  book.erase({.shard = 1, .ordinal = 1});
  const NodeLine before = conf.lines[2];
  conf.lines[2].fail = true;
  conf.lines[3].endpoint = {};
  conf.lines[3].noaddr = true;
  Readdress(conf, TestIdentity(), book);
  CHECK(conf.lines[2] == before);
  CHECK(conf.lines[3].noaddr);
}

TEST_CASE("a replica that was moved to another shard has its primary's shard id") {
  const Layout layout{.shards = 2, .replicas_per_shard = 1};
  NodesConf conf = testing::MustSeed(layout);
  conf.lines[1].primary = conf.lines[2].id;
  Readdress(conf, TestIdentity(), Addresses(layout));
  CHECK(conf.lines[1].shard_id() == TestIdentity().ShardIdOf(1).str());
  CHECK(CheckNodesConf(conf, true));
}

TEST_CASE("a file built from another member's view") {
  const Layout layout{.shards = 3, .replicas_per_shard = 1};
  for (const std::string engine : testing::kEngines) {
    CAPTURE(engine);
    auto view = ParseClusterNodes(testing::ReadTestdata(engine + "/cluster-nodes.txt"));
    REQUIRE(view);
    // shard-0: ordinal 1 leads after a failover; the viewer is shard-1-0.
    const auto known = NodesConfFromView(*view, 4, TestIdentity(), Addresses(layout),
                                         {.shard = 0, .ordinal = 0}, {.shard = 0, .ordinal = 1});
    REQUIRE(known);
    CHECK(known->lines.size() == 6);
    CHECK(known->Myself()->id == Id(0, 0));
    CHECK(known->Myself()->role == NodeRole::kReplica);
    CHECK(known->Myself()->primary == Id(0, 1));
    CHECK(known->current_epoch == 4);
    CHECK(known->last_vote_epoch == 4);
    for (const NodeLine& line : known->lines) CHECK(line.migrations.empty());
    CHECK(CheckNodesConf(*known, true));

    std::erase_if(view->lines, [](const NodeLine& line) { return line.id == Id(2, 1); });
    const auto unknown = NodesConfFromView(*view, 4, TestIdentity(), Addresses(layout),
                                           {.shard = 2, .ordinal = 1}, {.shard = 2, .ordinal = 0});
    REQUIRE(unknown);
    CHECK(unknown->lines.size() == 6);
    const NodeLine& self = *unknown->Myself();
    CHECK(self.id == Id(2, 1));
    CHECK(self.primary == Id(2, 0));
    CHECK(self.endpoint == Addresses(layout).at({.shard = 2, .ordinal = 1}));
    CHECK(self.shard_id() == TestIdentity().ShardIdOf(2).str());
    CHECK(CheckNodesConf(*unknown, true));
    CHECK(ParseNodesConf(PrintNodesConf(*unknown)) == *unknown);
  }
}

TEST_CASE("a view that still lists the member as the primary that it was") {
  const Layout layout{.shards = 2, .replicas_per_shard = 2};
  const NodesConf view = testing::MustSeed(layout, {.shard = 1, .ordinal = 0});
  NodesConf led = view;
  led.Find(Id(0, 1))->role = NodeRole::kPrimary;
  led.Find(Id(0, 1))->primary = NodeId();
  led.Find(Id(0, 1))->config_epoch = 9;
  const auto conf = NodesConfFromView(led, 9, TestIdentity(), Addresses(layout), {0, 0}, {0, 1});
  REQUIRE(conf);
  CHECK(conf->Myself()->role == NodeRole::kReplica);
  CHECK(conf->Myself()->primary == Id(0, 1));
  CHECK(conf->Myself()->slots.empty());
  CHECK(conf->Myself()->config_epoch == 9);
  CHECK(conf->Find(Id(0, 2))->primary == Id(0, 1));
  CHECK(CheckNodesConf(*conf, false));

  const auto self = NodesConfFromView(view, 2, TestIdentity(), Addresses(layout), {0, 0}, {0, 0});
  REQUIRE(self);
  CHECK(self->Myself()->id == Id(0, 0));
  CHECK(self->Myself()->role == NodeRole::kPrimary);
  CHECK(CheckNodesConf(*self, true));
}

TEST_CASE("a view that cannot help is a failed precondition") {
  const Layout layout{.shards = 2, .replicas_per_shard = 2};
  NodesConf view = testing::MustSeed(layout);
  const auto build = [&](MemberName self, MemberName primary) {
    const auto conf = NodesConfFromView(view, 4, TestIdentity(), Addresses(layout), self, primary);
    return conf ? std::string("(no error)") : conf.error().ToString();
  };
  std::erase_if(view.lines, [](const NodeLine& line) { return line.id == Id(1, 2); });
  CHECK(build({1, 2}, {1, 0}) == "(no error)");
  CHECK(build({1, 2}, {1, 1}) == "failed precondition: the view lists shard-1-1 as a replica");
  std::erase_if(view.lines, [](const NodeLine& line) { return line.id == Id(1, 0); });
  CHECK(
      build({1, 2}, {1, 0}).starts_with("failed precondition: the view has no line for shard-1-0"));
  CHECK(build({5, 0}, {0, 0}) == "invalid argument: no address known for shard-5-0");
}

TEST_CASE("sentinel mode: the servers are one shard, the sentinels come last") {
  const Layout layout = Layout::Sentinel(3, 2);
  std::vector<std::string> names;
  for (const MemberName member : layout.Members()) names.push_back(member.ToString());
  CHECK(names ==
        std::vector<std::string>{"server-0", "server-1", "server-2", "sentinel-0", "sentinel-1"});
  CHECK(layout.MembersOf(0).size() == 3);
  CHECK(layout.MembersOf(1).empty());
  CHECK(layout.MembersOf(-1).empty());
  CHECK(layout.Sentinels().size() == 2);
  CHECK(Layout().Sentinels().empty());
  CHECK(Layout().Members().size() == 6);
}

TEST_CASE("only declared members are contained") {
  const Layout layout = Layout::Sentinel(3, 2);
  for (const MemberName member : layout.Members()) CHECK(layout.Contains(member));
  for (const MemberName member : Layout().Members()) {
    CHECK_FALSE(layout.Contains(member));
    CHECK(Layout().Contains(member));
  }
  for (const std::string name : {"server-3", "sentinel-2", "shard-0-0"}) {
    CAPTURE(name);
    CHECK_FALSE(layout.Contains(*MemberName::Parse(name)));
  }
  for (const std::string name : {"server-0", "sentinel-0", "shard-3-0", "shard-0-2"}) {
    CAPTURE(name);
    CHECK_FALSE(Layout().Contains(*MemberName::Parse(name)));
  }
}

TEST_CASE("an address has its member, and no address has none") {
  const Layout layout = Layout::Sentinel(3, 3);
  AddressBook book = testing::Addresses(layout);
  for (const auto& [member, endpoint] : book) CHECK(MemberAt(book, endpoint.ip) == member);
  CHECK_FALSE(MemberAt(book, "10.96.9.9"));
  CHECK_FALSE(MemberAt({}, "10.96.0.1"));
  book[{.ordinal = 7, .kind = MemberKind::kServer}] = {};
  CHECK_FALSE(MemberAt(book, ""));  // an unknown address is nobody's
}

}  // namespace
}  // namespace bowline
