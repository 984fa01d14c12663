// The whole page, as it is printed, in all modes and with what goes wrong.

#include "plan/common/status_page.h"

#include <catch2/catch_test_macros.hpp>

#include "plan/common/fence.h"
#include "testing/plan/rules.h"
#include "testing/plan/running_cluster.h"
#include "testing/plan/running_set.h"

namespace bowline {
namespace {

using testing::k00;
using testing::k01;
using testing::k10;
using testing::k11;
using testing::k21;
using testing::kSentinel1;
using testing::kSentinel2;
using testing::kServer0;
using testing::kServer1;
using testing::kServer2;
using testing::RunningCluster;
using testing::RunningSet;
using testing::TestIdentity;

struct Look {
  TextStyle style{};
  bool wide = false;
  EngineFactsBook engines{};
};

std::string Page(const Layout& layout, const AddressBook& addresses, const Reports& reports,
                 const Look& look) {
  Identity names = TestIdentity();
  names.installation.clear();
  const Topology topology = Describe(layout, names, addresses, reports);
  Settings settings;
  settings.release = "cache";
  settings.name_space = "shop";
  settings.fullname = "demo";
  settings.layout = layout;
  return PrintStatus({.settings = settings,
                      .topology = topology,
                      .reports = reports,
                      .engines = look.engines,
                      .time = "2026-11-30T03:00:00Z",
                      .now = RunningCluster::kNow},
                     look.wide, look.style);
}
std::string Page(const RunningSet& set, const Look& look = {}) {
  return Page(set.layout, set.addresses, set.reports, look);
}
std::string Page(const RunningCluster& cluster, const Look& look = {}) {
  return Page(cluster.layout, testing::Addresses(cluster.layout), cluster.reports, look);
}

/// The lines between the heads and the first empty line.
std::string Tree(const std::string& page) {
  const std::size_t heads = page.find("MEMBER");
  REQUIRE(heads != std::string::npos);
  const std::size_t begin = page.find('\n', heads) + 1;
  const std::size_t end = page.find("\n\n", begin);
  return page.substr(begin, std::min(end, page.size() - 1) - begin);
}

bool Has(const std::string& text, std::string_view part) { return text.contains(part); }

TEST_CASE("sentinel mode, and all is well") {
  RunningSet set;
  set.Lead(kServer1).InfoOf(kServer2).offset = 990;
  set.Of(kServer1).role_seconds = 252;
  set.Of(kSentinel1).engine.answers = true;
  set.Of(kSentinel1).role_seconds = 7;
  CHECK(Page(set) ==
        R"(release cache in namespace shop: 3 servers, 3 sentinels: healthy  2026-11-30T03:00:00Z

MEMBER          POD              NODE    ROLE        FOR  KEYS     LAG  STATE
servers
`- server-1     demo-server-1    node-1  primary   4m12s    10          ok
   |- server-0  demo-server-0    node-0  replica            10   0B 1s  ok
   `- server-2  demo-server-2    node-2  replica            10  10B 1s  ok
sentinels: 3 of 3 name server-1
|- sentinel-0   demo-sentinel-0  node-0  sentinel                       ok
|- sentinel-1   demo-sentinel-1  node-1  sentinel                       ok
`- sentinel-2   demo-sentinel-2  node-2  sentinel                       ok
)");
}

TEST_CASE("cluster mode, with box characters and what the engines tell") {
  RunningCluster cluster;
  cluster.Of(k00).node = "node-2";
  cluster.Of(k10).node = "node-1";
  cluster.Of(k11).node = "node-0";
  Look look{.style = {.utf8 = true}};
  look.engines[k00] = {.used_memory = 3 << 20, .max_memory = 48 << 20};
  look.engines[k01] = {.used_memory = 2 << 20, .max_memory = 0};
  const std::string page = Page(cluster, look);
  CHECK(page.starts_with("release cache in namespace shop: 3 shards, 1 replicas each: "));
  CHECK(Tree(page) ==
        R"(shard 0
└─ shard-0-0     demo-shard-0-0  node-2  primary  0-5460         10  3.0M/48.0M 6%       ok
   └─ shard-0-1  demo-shard-0-1  node-1  replica                 10           2.0M   0B  ok
shard 1
└─ shard-1-0     demo-shard-1-0  node-1  primary  5461-10921     10                      ok
   └─ shard-1-1  demo-shard-1-1  node-0  replica                 10                  0B  ok
shard 2
└─ shard-2-0     demo-shard-2-0  node-0  primary  10922-16383    10                      ok
   └─ shard-2-1  demo-shard-2-1  node-1  replica                 10                  0B  ok)");
}

TEST_CASE("one server alone has no tree") {
  const Layout layout = Layout::Standalone();
  Reports reports{{kServer0, testing::RunningReport(kServer0)}};
  reports.at(kServer0).engine.info.primary = true;
  const AddressBook addresses{{kServer0, {.ip = "10.0.0.1", .port = 6379, .bus_port = 0}}};
  CHECK(Page(layout, addresses, reports, {}) ==
        R"(release cache in namespace shop: 1 server: healthy  2026-11-30T03:00:00Z

MEMBER    POD            NODE    ROLE     KEYS  STATE
server-0  demo-server-0  node-0  primary    10  ok
)");
  CHECK(Page(layout, addresses, {}, {}) ==
        R"(release cache in namespace shop: 1 server: 1 problem  2026-11-30T03:00:00Z

MEMBER    POD            ROLE  STATE
server-0  demo-server-0  -     silent

! server-0: silent
)");
}

TEST_CASE("no primary: who follows whom is seen all the same") {
  RunningSet set;
  SECTION("it is silent") {
    set.Silence(kServer0);
    const std::string tree = Tree(Page(set));
    CHECK(tree.starts_with("servers: no primary\n`- server-0 "));
    CHECK(Has(tree, "\n   |- server-1 "));
    CHECK(Has(tree, "\n   `- server-2 "));
    CHECK(Has(tree, "\nsentinels: 3 of 3 name server-0\n"));
  }
  SECTION("they follow each other in a ring") {
    set.Follow(kServer0, kServer1).Follow(kServer1, kServer0).Follow(kServer2, kServer1);
    const std::string tree = Tree(Page(set));
    CHECK(tree.starts_with("servers: no primary\n`- server-0 "));
    CHECK(Has(tree, "\n   `- server-1 "));
    CHECK(Has(tree, "\n      `- server-2 "));
  }
  SECTION("one follows itself") {
    set.Follow(kServer0, kServer0);
    CHECK(Tree(Page(set)).starts_with("servers: no primary\n`- server-0 "));
  }
}

TEST_CASE("two primaries, each with who follows it, and sentinels that do not agree") {
  RunningSet set(Layout::Sentinel(4, 3));
  set.Follow(testing::ServerName(3), kServer2).Name(kSentinel1, kServer2);
  set.InfoOf(kServer2).primary = true;
  const std::string page = Page(set);
  const std::string tree = Tree(page);
  CHECK(tree.starts_with("servers: 2 primaries\n|- server-0 "));
  CHECK(Has(tree, "\n|  `- server-1 "));
  CHECK(Has(tree, "\n`- server-2 "));
  CHECK(Has(tree, "\n   `- server-3 "));
  CHECK(Has(tree, "\nsentinels: 2 of 3 name server-0, 1 of 3 name server-2\n"));
  CHECK(Has(page, "\n\n! there are 2 primaries: server-0 server-2\n"));
}

TEST_CASE("replicas that follow a replica, or nobody who is declared") {
  RunningSet set;
  SECTION("a chain") {
    set.Follow(kServer2, kServer1);
    const std::string tree = Tree(Page(set));
    CHECK(Has(tree, "\n   `- server-1 "));
    CHECK(Has(tree, "\n      `- server-2 "));
  }
  SECTION("a stranger") {
    set.InfoOf(kServer2).primary_host = "10.9.9.9";
    CHECK(Has(Tree(Page(set)), "\n`- server-2 "));
  }
}

TEST_CASE("members in trouble: what is said of them, and how much is wrong") {
  RunningSet set;
  std::string row, verdict;
  SECTION("a member waits") {
    Report& server = set.Of(kServer1);
    server.phase = Phase::kGuard;
    server.engine = {};
    server.reason = "server-2 is silent";
    row =
        "`- server-1     demo-server-1    node-1  -                      guard: server-2 is "
        "silent\n";
    verdict = ": 1 problem ";
    CHECK(Has(Page(set), "\n! server-1: guard (server-2 is silent)\n"));
  }
  SECTION("a link is down") {
    set.InfoOf(kServer1).link_up = false;
    set.InfoOf(kServer1).link_down_seconds = 42;
    row = "   |- server-1  demo-server-1    node-1  replica     10  0B 1s  link down for 42s\n";
    verdict = ": 1 problem";
  }
  SECTION("a replica lags") {
    set.InfoOf(kServer0).offset = 5'000'000;
    set.InfoOf(kServer0).replicas[0].lag_seconds = 8;
    row = "   |- server-1  demo-server-1    node-1  replica     10  4.8M 8s  ok\n";
    verdict = ": healthy";
  }
  SECTION("a primary is fenced") {
    set.Of(kServer0).fenced = "nobody is heard";
    row =
        "`- server-0     demo-server-0    node-0  primary     10         fenced, its writes are "
        "paused: nobody is heard\n";
    verdict = ": healthy, 1 member fenced ";
  }
  SECTION("paused") {
    set.Of(kServer0).pause =
        PauseOrder{.since = "2026-11-30T02:00:00Z", .until = "2026-11-30T04:00:00Z"};
    row = "  ok; paused\n";
    verdict = ": healthy, 1 warning ";
    CHECK(Has(Page(set), "\n\nwarning: paused since 2026-11-30T02:00:00Z, until "));
    CHECK(Has(Page(set), "to end it: bowline resume\n"));
  }
  SECTION("a last copy") {
    set.Of(kServer0).last_copy = "no other member is in sync";
    row = "  ok; last copy\n";
    verdict = ": 1 problem ";
    CHECK(Has(Page(set), "to allow it: kubectl "));
  }
  SECTION("a sentinel is silent") {
    set.Silence(kSentinel2);
    row = "sentinels: 2 of 3 name server-0\n";
    verdict = ": 1 problem";
  }
  const std::string page = Page(set);
  CAPTURE(page);
  CHECK(Has(page, row));
  CHECK(Has(page.substr(0, page.find('\n')), verdict));
}

TEST_CASE("nobody answers") {
  RunningSet set;
  set.reports.clear();
  const std::string page = Page(set);
  CHECK(page.starts_with("release cache in namespace shop: 3 servers, 3 sentinels: 7 problems  "));
  CHECK(Has(page, "servers: no primary\n|- server-0 "));
  CHECK(Has(page, "sentinels: nobody is named\n"));
  RunningCluster cluster;
  CHECK(Has(Page(cluster.SilenceAll()), "shard 2: no primary\n|- shard-2-0 "));
}

TEST_CASE("a shard with two primaries, a member that is missing, and slots in many pieces") {
  RunningCluster cluster;
  cluster.Silence(k21);
  cluster.conf.Find(testing::IdOf(k10))->slots = {{5461, 6000}, {6002, 7000}, {7002, 10'921}};
  cluster.Refresh();
  cluster.Of(k01).engine.info.primary = true;
  const std::string tree = Tree(Page(cluster));
  CHECK(Has(tree, "shard 0: 2 primaries\n|- shard-0-0 "));
  CHECK(Has(tree, "\n`- shard-0-1 "));
  CHECK(Has(tree, "  5461-6000 6002-7000 +1  "));
  CHECK(Has(tree, "\n`- shard-2-1 "));
}

TEST_CASE("more of each member, by --wide") {
  RunningCluster cluster({.shards = 1, .replicas_per_shard = 1});
  cluster.Of(k00).engine.info.version = "8.0.0";
  Look look{.wide = true};
  look.engines[k00] = {.clients = 7,
                       .uptime_seconds = 90'000,
                       .saved_at = RunningCluster::kNow - 5,
                       .snapshot_ok = true};
  const std::string id0 = testing::IdOf(k00).str();
  const std::string id1 = testing::IdOf(k01).str();
  CHECK(Has(Page(cluster, look),
            "\n\n"
            "MEMBER     ADDRESS    ENGINE    UP  CLIENTS  EPOCH  OFFSET  REPLICATION ID  NODE ID"
            "                                   PERSISTENCE\n"
            "shard-0-0  10.96.0.1  8.0.0   1d1h        7      1    1000  history         " +
                id0 +
                "  rdb 5s ago\n"
                "shard-0-1  10.96.0.2                             1    1000  history         " +
                id1 + "\n"));
  RunningSet set;
  CHECK(Has(Page(set, look), "\nsentinel-1  10.96.0.5      1"));
  CHECK_FALSE(Has(Page(set, look), "CERTIFICATE"));
  set.Of(kSentinel1).certificate_ends = RunningCluster::kNow + 100LL * 86'400;
  CHECK(Has(Page(set, look), "2027-04-25 (100d0h)"));
  CHECK_FALSE(Has(Page(set), "100d0h"));
  CHECK_FALSE(Has(Page(set), "REPLICATION ID"));
}

TEST_CASE("what the engines have refused, by --wide") {
  RunningSet set;
  Look look{.wide = true};
  CHECK_FALSE(Has(Page(set, look), "REFUSED"));
  look.engines[kServer0].acl_log = {{{.reason = "command",
                                      .context = "toplevel",
                                      .object = "flushall",
                                      .user = "app",
                                      .client = "10.0.0.9:4711",
                                      .count = 3,
                                      .age_seconds = 252},
                                     {.reason = "auth",
                                      .context = "toplevel",
                                      .object = "AUTH",
                                      .user = "nobody",
                                      .client = "10.0.0.8:4712",
                                      .count = 1,
                                      .age_seconds = 300}}};
  look.engines[kServer2].acl_log.emplace();
  CHECK(Has(Page(set, look),
            "\n\n"
            "MEMBER      AGO  TIMES  REFUSED  OF        USER    CLIENT         CONTEXT\n"
            "server-0  4m12s      3  command  flushall  app     10.0.0.9:4711  toplevel\n"
            "server-0   5m0s      1  auth     AUTH      nobody  10.0.0.8:4712  toplevel\n"));
  look.wide = false;
  CHECK_FALSE(Has(Page(set, look), "REFUSED"));
}

TEST_CASE("a narrow terminal names the columns that it has no room for") {
  RunningSet set;
  const std::string page = Page(set, {.style = {.width = 60}});
  CHECK(Has(page, "\nno room for: POD\n"));
  CHECK(Has(page, "MEMBER          NODE    ROLE      KEYS    LAG  STATE\n"));
  CHECK_FALSE(Has(Page(set, {.style = {.width = 200}}), "no room"));
}

TEST_CASE("colours: good, uneasy and bad; none without a terminal") {
  RunningSet set;
  const Look coloured{.style = {.screen = true, .colour = true}};
  CHECK(Has(Page(set, coloured), "\x1b[32mhealthy\x1b[0m"));
  CHECK(Has(Page(set, coloured), "  \x1b[32mok\x1b[0m\n"));
  CHECK_FALSE(Has(Page(set, coloured), "\x1b[1;31m"));
  set.Silence(kServer1);
  CHECK(Has(Page(set, coloured), "\x1b[1;31msilent\x1b[0m\n"));
  CHECK(Has(Page(set, coloured), "\n\x1b[1;31m!\x1b[0m server-1: silent\n"));
  CHECK_FALSE(Has(Page(set), "\x1b"));
}

TEST_CASE("a reason that another program made cannot steer the terminal") {
  RunningSet set;
  set.Of(kServer1).phase = Phase::kGuard;
  set.Of(kServer1).reason = "\x1b]0;title\x07";
  CHECK_FALSE(Has(Page(set), "\x1b"));
}

TEST_CASE("a fence that has no word of the kernel is named for people") {
  RunningCluster cluster;
  cluster.Of(k00).fence_evidence = kKernelEvidence;
  CHECK_FALSE(Has(Page(cluster), "note:"));
  cluster.Of(k00).fence_evidence = "INFO's lag and the voters' reports: a proxy stands between";
  CHECK(Has(Page(cluster),
            "note: the fencing of shard-0-0 looks at INFO's lag and the voters' reports: a proxy "
            "stands between; it notices a cut after two to three seconds\n"));
}

}  // namespace
}  // namespace bowline
