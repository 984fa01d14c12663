#include "model/nodes_view.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <random>

#include "testing/model.h"

namespace bowline {
namespace {

using testing::RandomCluster;

std::string TextOf(const std::vector<NodeLine>& lines) {
  std::string text;
  for (const NodeLine& line : lines) PrintNodeLine(text, line);
  return text;
}

NodesView ViewOf(const NodesConf& conf) { return NodesView(TextOf(conf.lines)); }

/// What another member's engine says of the same cluster.
NodesConf SeenBy(NodesConf conf, const NodeId& observer) {
  for (NodeLine& line : conf.lines) line.myself = line.id == observer;
  return conf;
}

/// The lines as a view keeps them.
std::vector<NodeLine> Kept(std::vector<NodeLine> lines) {
  for (NodeLine& line : lines) line.ping_sent = line.pong_received = 0;
  std::ranges::sort(lines, {}, &NodeLine::id);
  return lines;
}

TEST_CASE("a view has the lines of CLUSTER NODES, but for the times of pings") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const NodesConf conf = RandomCluster(seed).conf;
    const NodesView view = ViewOf(conf);
    CAPTURE(seed, view.problem());
    REQUIRE(view.Readable());
    CHECK(view.Conf().lines == Kept(conf.lines));
    CHECK(view.Leading() == std::ranges::count_if(conf.lines, &NodeLine::LeadsSlots));
    CHECK(view.LeadEpoch() == LeadEpoch(conf));
    CHECK(NodesView(view.Text()) == view);
    REQUIRE(view.Myself() != nullptr);
    CHECK(view.Myself()->id == conf.Myself()->id);
    for (const NodeLine& line : view.Conf().lines) {
      REQUIRE(view.Find(line.id) != nullptr);
      CHECK(*view.Find(line.id) == line);
    }
    CHECK(view.Find(NodeId()) == nullptr);
  }
}

TEST_CASE("what is told by a digest is complete with the lines of any view of that digest") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    RandomCluster cluster(seed);
    const NodesView view = ViewOf(cluster.conf);
    auto told = NodesView::Told(view.Digest(), view.OwnLines());
    REQUIRE(told);
    CHECK_FALSE(told->empty());
    CHECK_FALSE(told->Readable());
    CHECK(told->Missing() == view.Digest());
    CHECK(*told->Myself() == *view.Myself());
    CHECK(told->Find(view.Myself()->id) == nullptr);
    CHECK(told->Lines().empty());
    CHECK(told->Leading() == 0);

    // Another observer, which sees nothing wrong but the nodes without address.
    NodesConf other = SeenBy(cluster.conf, cluster.AnyLine().id);
    for (NodeLine& line : other.lines) {
      line.fail = line.maybe_fail = false;
      line.connected = true;
      line.migrations.clear();
      line.ping_sent = 7;
    }
    std::ranges::shuffle(other.lines, std::mt19937(seed));
    const NodesView others = ViewOf(other);
    REQUIRE(others.Digest() == view.Digest());
    told->Complete(others.common());
    CHECK(*told == view);
    CHECK(told->Missing().empty());
  }
}

TEST_CASE("while its common lines are missing a view knows in which epoch its shard is led") {
  const NodesConf seed = testing::MustSeed({.shards = 3, .replicas_per_shard = 2});
  for (const NodeLine& line : seed.lines) {
    const NodesConf conf = SeenBy(seed, line.id);
    const NodesView view = ViewOf(conf);
    CHECK(NodesView::Told(view.Digest(), view.OwnLines())->LeadEpoch() == LeadEpoch(conf));
    CHECK(LeadEpoch(conf) == line.config_epoch);
  }
}

TEST_CASE("replicas in a cycle are led in no epoch") {
  NodesConf conf = testing::MustSeed({.shards = 1, .replicas_per_shard = 1});
  conf.lines[0].role = NodeRole::kReplica;
  conf.lines[0].primary = conf.lines[1].id;
  CHECK(LeadEpoch(conf) == 0);
  CHECK(ViewOf(conf).LeadEpoch() == 0);
}

TEST_CASE("the members of a cluster share a digest, in spite of what each of them alone sees") {
  const NodesConf seed = testing::MustSeed({.shards = 3, .replicas_per_shard = 1});
  const std::string digest = ViewOf(seed).Digest();
  CHECK(digest.size() == 64);
  for (std::size_t i = 0; i < seed.lines.size(); ++i) {
    NodesConf conf = SeenBy(seed, seed.lines[i].id);
    NodeLine& other = conf.lines[(i + 1) % conf.lines.size()];
    const NodeLine before = other;
    const auto same = [&] {
      CHECK(ViewOf(conf).Digest() == digest);
      CHECK(ViewOf(conf).Find(other.id)->connected == other.connected);
      other = before;
    };
    same();
    other.fail = true;
    same();
    other.maybe_fail = true;
    same();
    other.connected = false;
    same();
    other.migrations = {"[7->-" + conf.lines[0].id.str() + "]"};
    same();
    other.ping_sent = 12;
    other.pong_received = 13;
    same();
    std::ranges::reverse(conf.lines);
    CHECK(ViewOf(conf).Digest() == digest);
  }
}

TEST_CASE("whatever else a decision reads of a line makes another digest") {
  const NodesConf seed = testing::MustSeed({.shards = 3, .replicas_per_shard = 1});
  const auto differs = [&](auto change) {
    NodesConf conf = seed;
    change(conf.lines[2], conf);
    CHECK(ViewOf(conf).Digest() != ViewOf(seed).Digest());
  };
  differs([](NodeLine& line, const NodesConf&) { line.slots.pop_back(); });
  differs([](NodeLine& line, const NodesConf&) { ++line.config_epoch; });
  differs([](NodeLine& line, const NodesConf&) { line.endpoint.ip = "10.0.0.99"; });
  differs([](NodeLine& line, const NodesConf&) { ++line.endpoint.port; });
  differs([](NodeLine& line, const NodesConf&) { line.hostname = "a"; });
  differs([](NodeLine& line, const NodesConf&) { line.aux.clear(); });
  differs([](NodeLine& line, const NodesConf&) { line.nofailover = true; });
  differs([](NodeLine& line, const NodesConf&) { line.noaddr = true; });
  differs([](NodeLine& line, const NodesConf&) { line.handshake = true; });
  differs([](NodeLine& line, const NodesConf& conf) {
    line.role = NodeRole::kReplica;
    line.primary = conf.lines[0].id;
  });
  differs([](NodeLine&, NodesConf& conf) { conf.lines.pop_back(); });
}

TEST_CASE("a node in handshake is the view's own, and others need not know it") {
  NodesConf conf = testing::MustSeed({.shards = 3, .replicas_per_shard = 1});
  const std::string digest = ViewOf(conf).Digest();
  NodeLine& met = conf.lines.emplace_back();
  met.id = *NodeId::Parse(std::string(40, 'a'));
  met.handshake = true;
  const NodesView view = ViewOf(conf);
  CHECK(view.Digest() == digest);
  REQUIRE(view.Find(met.id) != nullptr);
  CHECK(view.Find(met.id)->handshake);
  CHECK(view.Conf().lines.size() == 7);
}

TEST_CASE("no view, and one that cannot be read") {
  CHECK(NodesView().empty());
  CHECK(NodesView("").empty());
  CHECK_FALSE(NodesView().HasDigest());
  CHECK(NodesView().Text().empty());
  CHECK(NodesView().LeadEpoch() == 0);
  const NodesView view("x\n");
  CHECK_FALSE(view.empty());
  CHECK_FALSE(view.Readable());
  CHECK_FALSE(view.HasDigest());
  CHECK(view.Myself() == nullptr);
  CHECK(view.Text() == "x\n");
  CHECK(view.problem().contains("line 1"));
  CHECK(view != NodesView());
}

TEST_CASE("what is no digest, or has no own line") {
  const NodesView view = ViewOf(testing::MustSeed({.shards = 3, .replicas_per_shard = 1}));
  CHECK(NodesView::Told(view.Digest(), view.OwnLines()));
  for (const auto& [digest, lines] :
       {std::pair<std::string, std::string>{"", view.OwnLines()},
        {view.Digest() + "0", view.OwnLines()},
        {view.Digest(), ""},
        {view.Digest(), "x\n"},
        {view.Digest(), testing::Replace(view.OwnLines(), "myself,", "")}}) {
    const auto told = NodesView::Told(digest, lines);
    REQUIRE_FALSE(told);
    CHECK(told.error().code == Code::kInvalidArgument);
  }
}

}  // namespace
}  // namespace bowline
