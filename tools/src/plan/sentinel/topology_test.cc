#include "plan/common/topology.h"

#include <catch2/catch_test_macros.hpp>

#include "base/json.h"
#include "testing/plan/running_set.h"
#include "testing/plan/sentinel_rules.h"

namespace bowline {
namespace {

using testing::kSentinel0;
using testing::kSentinel1;
using testing::kSentinel2;
using testing::kServer0;
using testing::kServer1;
using testing::kServer2;
using testing::RunningSet;
using testing::TestIdentity;

Topology Look(const RunningSet& set) {
  Identity names = TestIdentity();
  names.installation.clear();
  return Describe(set.layout, names, set.addresses, set.reports);
}

/// All problems in one text; "" when healthy.
std::string Problems(const RunningSet& set) {
  std::string text;
  for (const std::string& problem : Look(set).problems) text += problem + "\n";
  return text;
}

TEST_CASE("a healthy set has no problems, whoever leads") {
  for (const MemberName primary : {kServer0, kServer1, kServer2}) {
    RunningSet set;
    set.Lead(primary);
    CHECK(Problems(set) == "");
    CHECK(Look(set).installation == TestIdentity().installation);
  }
  CHECK(Problems(RunningSet(Layout::Sentinel(1, 1))) == "");
  CHECK(Problems(RunningSet(Layout::Sentinel(5, 7))) == "");
}

TEST_CASE("rows of servers and sentinels") {
  RunningSet set;
  set.Lead(kServer1).InfoOf(kServer2).offset = 990;
  const Topology topology = Look(set);
  REQUIRE(topology.rows.size() == 6);
  struct Row {
    std::string member, address, role;
    std::int64_t lag;
  };
  const std::vector<Row> expected{
      {"server-0", "10.96.0.1", "replica", 0},     {"server-1", "10.96.0.2", "primary", -1},
      {"server-2", "10.96.0.3", "replica", 10},    {"sentinel-0", "10.96.0.4", "sentinel", -1},
      {"sentinel-1", "10.96.0.5", "sentinel", -1}, {"sentinel-2", "10.96.0.6", "sentinel", -1}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const TopologyRow& row = topology.rows[i];
    CHECK(row.member.ToString() == expected[i].member);
    CHECK(row.pod == "demo-" + expected[i].member);
    CHECK(row.address == expected[i].address);
    CHECK(row.role == expected[i].role);
    CHECK(row.lag == expected[i].lag);
    CHECK(row.follows == (expected[i].role == "replica" ? std::optional(kServer1) : std::nullopt));
    CHECK(row.slots == "-");
    CHECK(row.state == "ok");
  }
}

TEST_CASE("what is wrong with a server or sentinel is told once, with its reason") {
  RunningSet set;
  Report& server = set.Of(kServer1);
  Report& sentinel = set.Of(kSentinel1);
  std::string expected;
  SECTION("a silent server") {
    set.Silence(kServer1);
    expected = "server-1: silent\n";
  }
  SECTION("a server that waits") {
    server.phase = Phase::kGuard;
    server.engine = {};
    server.reason = "a majority must be heard";
    expected = "server-1: guard (a majority must be heard)\n";
  }
  SECTION("a server that does not answer") {
    server.engine.answers = false;
    expected = "server-1: no answer\n";
  }
  SECTION("loading") {
    server.engine.info.loading = true;
    expected = "server-1: loading\n";
  }
  SECTION("syncing") {
    server.engine.info.link_up = false;
    server.engine.info.sync_in_progress = true;
    expected = "server-1: syncing\n";
  }
  SECTION("link down") {
    server.engine.info.link_up = false;
    expected = "server-1: link down\n";
  }
  SECTION("a silent sentinel") {
    set.Silence(kSentinel1);
    expected = "sentinel-1: silent\n";
  }
  SECTION("a sentinel that waits, with what it has saved") {
    sentinel.phase = Phase::kGuard;
    sentinel.sentinel->answers = false;
    sentinel.sentinel->replicas.clear();
    sentinel.reason = "server-2 is silent";
    expected = "sentinel-1: guard (server-2 is silent)\n";
  }
  SECTION("a sentinel whose process does not answer") {
    sentinel.sentinel->answers = false;
    expected = "sentinel-1: no answer\n";
  }
  SECTION("a sentinel that nobody has asked yet") {
    sentinel.sentinel.reset();
    expected = "sentinel-1: no answer\n";
  }
  SECTION("a sentinel that watches nothing") {
    sentinel.sentinel->primary_ip.clear();
    expected = "sentinel-1: names nobody\n";
  }
  SECTION("a sentinel that does not reach the primary") {
    sentinel.sentinel->primary_down = true;
    expected = "sentinel-1: primary down\n";
  }
  SECTION("a sentinel whose primary says that it is a replica") {
    sentinel.sentinel->primary_denies = true;
    expected = "sentinel-1: primary denies\n";
  }
  SECTION("a sentinel that could not save") {
    sentinel.sentinel->unsaved = "no space";
    expected = "sentinel-1: not saved\n";
  }
  SECTION("a failover goes on") {
    sentinel.sentinel->failing_over = sentinel.sentinel->primary_down = true;
    expected = "sentinel-1: failing over\n";
  }
  CHECK(Problems(set) == expected);
}

TEST_CASE("not exactly one primary") {
  RunningSet set;
  std::string expected;
  SECTION("two") {
    set.InfoOf(kServer2).primary = true;
    expected = "there are 2 primaries: server-0 server-2\n";
  }
  SECTION("two, with a replica each") {
    set = RunningSet(Layout::Sentinel(4, 3));
    set.Follow(testing::ServerName(3), kServer2);
    set.InfoOf(kServer2).primary = true;
    expected =
        "there are 2 primaries: server-0 server-2\n"
        "server-1 replicates from server-0, server-3 replicates from server-2\n";
  }
  SECTION("two, and the sentinels do not agree") {
    set.InfoOf(kServer2).primary = true;
    set.Name(kSentinel1, kServer2);
    expected =
        "there are 2 primaries: server-0 server-2\n"
        "sentinel-0 names server-0, sentinel-1 names server-2, sentinel-2 names server-0\n";
  }
  SECTION("none") {
    set.Follow(kServer0, kServer1).InfoOf(kServer0).link_up = true;
    set.Follow(kServer1, kServer0).Follow(kServer2, kServer0);
    expected =
        "there are 0 primaries:\n"
        "server-0 replicates from server-1, server-1 replicates from server-0, "
        "server-2 replicates from server-0\n";
  }
  SECTION("none, as it is silent") {
    set.Silence(kServer0);
    expected = "server-0: silent\nthere are 0 primaries:\n";
  }
  CHECK(Problems(set) == expected);
}

TEST_CASE("replicas that follow another, over a link that is up") {
  RunningSet set;
  std::string expected;
  SECTION("a chain") {
    set.Follow(kServer2, kServer1);
    expected = "server-2 replicates from server-1, but server-0 leads\n";
  }
  SECTION("nobody's address") {
    set.InfoOf(kServer2).primary_host = "10.9.9.9";
    expected = "server-2 replicates from 10.9.9.9:6379, but server-0 leads\n";
  }
  SECTION("another port") {
    set.InfoOf(kServer2).primary_port = 7000;
    CHECK_FALSE(Look(set).rows[2].follows);
    expected = "server-2 replicates from 10.96.0.1:7000, but server-0 leads\n";
  }
  CHECK(Problems(set) == expected);
}

TEST_CASE("sentinels that name another") {
  RunningSet set;
  std::string expected;
  SECTION("one of them") {
    set.Name(kSentinel1, kServer2);
    expected = "sentinel-1 names server-2, but server-0 leads\n";
  }
  SECTION("all of them") {
    for (const MemberName sentinel : set.layout.Sentinels()) {
      set.Name(sentinel, kServer1);
      expected += sentinel.ToString() + " names server-1, but server-0 leads\n";
    }
  }
  SECTION("an old address, which it takes for the primary's itself") {
    set.ViewOf(kSentinel2).primary_ip = "10.9.9.9";
    expected =
        "sentinel-2 does not know server-0\n"
        "sentinel-2 names 10.9.9.9:6379, but server-0 leads\n";
  }
  CHECK(Problems(set) == expected);
}

TEST_CASE("what a sentinel lists") {
  RunningSet set;
  SentinelSnapshot& view = set.ViewOf(kSentinel1);
  const SentinelPeer stale{.ip = "10.9.9.9", .port = 6379, .id = "id"};
  std::string expected;
  SECTION("a dead replica") {
    view.replicas.push_back(stale);
    view.replicas.back().down = true;
    expected =
        "sentinel-1 wrongly lists 10.9.9.9:6379 as a replica\n"
        "sentinel-1 sees 10.9.9.9:6379 as down\n";
  }
  SECTION("a replica at its old address") {
    view.replicas.front() = stale;
    expected =
        "sentinel-1 wrongly lists 10.9.9.9:6379 as a replica\n"
        "sentinel-1 does not know server-1\n";
  }
  SECTION("a replica at another port") {
    view.replicas.front().port = 7000;
    expected =
        "sentinel-1 wrongly lists 10.96.0.2:7000 as a replica\n"
        "sentinel-1 does not know server-1\n";
  }
  SECTION("a member that is declared no more") {
    const MemberName removed = testing::ServerName(3);
    set.addresses[removed] = {.ip = "10.96.0.9", .port = 6379, .bus_port = 0};
    view.replicas.push_back({.ip = "10.96.0.9", .port = 6379, .id = "id"});
    expected = "sentinel-1 wrongly lists server-3 as a replica\n";
  }
  SECTION("the primary as its own replica") {
    view.replicas.push_back({.ip = view.primary_ip, .port = view.primary_port, .id = "id"});
    expected = "sentinel-1 wrongly lists server-0 as a replica\n";
  }
  SECTION("a replica that is down for it") {
    view.replicas.back().down = true;
    expected = "sentinel-1 sees server-2 as down\n";
  }
  SECTION("a replica twice") {
    view.replicas.back() = view.replicas.front();
    expected = "sentinel-1 lists server-1 twice\nsentinel-1 does not know server-2\n";
  }
  SECTION("no replica") {
    view.replicas.clear();
    expected = "sentinel-1 does not know server-1\nsentinel-1 does not know server-2\n";
  }
  SECTION("a dead sentinel") {
    view.sentinels.push_back(stale);
    expected = "sentinel-1 wrongly lists 10.9.9.9:6379 as a sentinel\n";
  }
  SECTION("itself") {
    const Endpoint& own = set.addresses.at(kSentinel1);
    view.sentinels.push_back({.ip = own.ip, .port = own.port, .id = "id"});
    expected = "sentinel-1 wrongly lists sentinel-1 as a sentinel\n";
  }
  SECTION("a sentinel that is down for it") {
    view.sentinels.front().down = true;
    expected = "sentinel-1 sees sentinel-0 as down\n";
  }
  SECTION("a sentinel less") {
    view.sentinels.pop_back();
    expected = "sentinel-1 does not know sentinel-2\n";
  }
  CHECK(Problems(set) == expected);
}

TEST_CASE("two installations in one set are a problem") {
  RunningSet set;
  set.Of(kSentinel2).installation = std::string(32, 'f');
  CHECK(Problems(set) == "sentinel-2 belongs to installation " + std::string(32, 'f') +
                             ", not to " + TestIdentity().installation + "\n");
}

TEST_CASE("no server or sentinel answers: everything is a problem and nothing crashes") {
  RunningSet set;
  set.reports.clear();
  set.addresses.clear();
  const Topology topology = Look(set);
  CHECK(topology.problems.size() == 7);
  REQUIRE(topology.rows.size() == 6);
  CHECK(topology.rows.front().address == "-");
  CHECK(topology.rows.front().role == "-");
  CHECK(topology.rows.back().role == "sentinel");
}

TEST_CASE("the JSON of this mode has the fields of the other") {
  RunningSet set;
  set.Of(kSentinel2).certificate_ends = 1'796'083'200;
  const auto document = JsonDocument::Parse(PrintJson(Look(set)));
  REQUIRE(document);
  const JsonView root = document->root();
  CHECK(root.GetBool("healthy") == true);
  const auto members = root.Get("members")->AsArray();
  REQUIRE(members);
  REQUIRE(members->size() == 6);
  CHECK(members->at(0).GetString("slots") == "-");
  CHECK(members->at(0).GetString("role") == "primary");
  CHECK(members->at(5).GetString("member") == "sentinel-2");
  CHECK(members->at(5).GetString("role") == "sentinel");
  CHECK(members->at(5).GetInt("shard") == 0);
  CHECK(members->at(5).GetInt("lagBytes") == -1);
  CHECK(members->at(0).GetString("certificateEnds") == "");
  CHECK(members->at(5).GetString("certificateEnds") == "2026-12-01T00:00:00Z");
}

}  // namespace
}  // namespace bowline
