#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "base/parse.h"
#include "testing/model.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::Replace;

std::string Seed() {
  return PrintNodesConf(testing::MustSeed({.shards = 2, .replicas_per_shard = 1}, {.shard = 0}));
}

std::string Line(const std::string& text, std::size_t number) {
  return std::string(SplitLines(text).at(number - 1)) + "\n";
}

TEST_CASE("files that engines saved are parsed, sound and printed back the same") {
  for (const std::string& text : testing::SavedFiles()) {
    const auto conf = ParseNodesConf(text);
    INFO(text);
    INFO((conf ? std::string() : conf.error().message));
    REQUIRE(conf);
    const Status status = CheckNodesConf(*conf, true);
    INFO((status ? std::string() : status.error().message));
    CHECK(status);
    CHECK(conf->Myself() != nullptr);
    CHECK(ParseNodesConf(PrintNodesConf(*conf)) == *conf);
    if (text.find("fd00:0:0:") == std::string::npos) CHECK(PrintNodesConf(*conf) == text);
  }
}

TEST_CASE("what each engine saves about a member in trouble") {
  for (const std::string engine : testing::kEngines) {
    CAPTURE(engine);
    const auto conf = ParseNodesConf(testing::ReadTestdata(engine + "/nodes.conf"));
    REQUIRE(conf);
    CHECK(conf->lines.size() == 6);
    CHECK(conf->current_epoch == 4);
    CHECK(conf->last_vote_epoch == 4);
    const NodeLine& myself = *conf->Myself();
    CHECK(myself.id == testing::TestIdentity().NodeIdOf({.shard = 1, .ordinal = 0}));
    CHECK(ToString(myself.slots) == "5461-10921");
    CHECK(myself.migrations.size() == 2);
    const NodeLine* dead = conf->Find(testing::TestIdentity().NodeIdOf({.shard = 2, .ordinal = 1}));
    REQUIRE(dead != nullptr);
    CHECK(dead->fail);
    CHECK_FALSE(dead->connected);
    CHECK(dead->role == NodeRole::kReplica);
    // redis 7.0 knows no shards.
    CHECK(dead->shard_id() ==
          (engine == "redis-7.0" ? "" : testing::TestIdentity().ShardIdOf(2).str()));
  }
}

TEST_CASE("host names, auxiliary fields and members without address") {
  for (const std::string engine : testing::kEngines) {
    CAPTURE(engine);
    const auto conf = ParseNodesConf(testing::ReadTestdata(engine + "/nodes-hostnames.conf"));
    REQUIRE(conf);
    const NodeLine* gone = conf->Find(testing::TestIdentity().NodeIdOf({.shard = 2, .ordinal = 1}));
    REQUIRE(gone != nullptr);
    CHECK(gone->noaddr);
    CHECK(gone->endpoint == Endpoint{});
    CHECK(gone->hostname == "shard-2-1.example.org");
    CHECK(gone->aux.size() == (engine == "redis-7.0" ? 0U : engine == "valkey-9.1" ? 4U : 3U));
  }
}

TEST_CASE("CLUSTER NODES of every engine, with handshakes and marks") {
  for (const std::string engine : testing::kEngines) {
    CAPTURE(engine);
    for (const std::string name : {"/cluster-nodes.txt", "/cluster-nodes-hostnames.txt"}) {
      const std::string text = testing::ReadTestdata(engine + name);
      const auto view = ParseClusterNodes(text);
      REQUIRE(view);
      CHECK(CheckNodesConf(*view, true));
      CHECK(PrintNodesConf(*view) ==
            Replace(text + "|", "|", "vars currentEpoch 0 lastVoteEpoch 0\n"));
      CHECK(ParseClusterNodes(Trim(text)) == *view);
      CHECK_FALSE(ParseNodesConf(text));
    }
  }
  const auto view = ParseClusterNodes(testing::ReadTestdata("redis-7.0/cluster-nodes.txt"));
  CHECK(std::ranges::count_if(view->lines, &NodeLine::handshake) == 1);
}

TEST_CASE("addresses are made canonical") {
  const auto conf = ParseNodesConf(testing::ReadTestdata("redis-8.0/nodes-ipv6.conf"));
  REQUIRE(conf);
  CHECK(conf->lines[0].endpoint.ToString() == "fd00::4:20000@20001");
}

TEST_CASE("the words primary and replica are read, master and slave are written") {
  const std::string text = Seed();
  const auto conf =
      ParseNodesConf(Replace(Replace(text, " slave ", " replica "), ",master ", ",primary "));
  REQUIRE(conf);
  CHECK(PrintNodesConf(*conf) == text);
}

TEST_CASE("a missing bus port and padding after the end are read") {
  const std::string text = Seed();
  CHECK(PrintNodesConf(*ParseNodesConf(Replace(text, "@16379", ""))) == text);
  CHECK(PrintNodesConf(*ParseNodesConf(text + "\n\n\n")) == text);
}

struct Refusal {
  std::string_view name;
  std::string text;
  std::string message;
};

std::vector<Refusal> CutFiles() {
  const std::string seed = Seed();
  const std::size_t slots = seed.find("8192-16383");
  return {
      {"empty", "", "empty, and at least one line is expected"},
      {"no vars line", seed.substr(0, seed.find("vars")), "no \"vars currentEpoch"},
      {"no last line end", seed.substr(0, seed.size() - 1), "its last line has no line end"},
      {"in the vars line", seed.substr(0, seed.size() - 10), "line 5: expected \"vars currentEp"},
      {"in a slot range", seed.substr(0, slots + 7), "line 3: \"8192-16\" is no slot range"},
      {"before a slot range", seed.substr(0, slots - 1), "its last line has no line end"},
      {"before later lines", Line(seed, 1) + Line(seed, 2), "the file is cut"},
      {"first line", seed.substr(seed.find('\n') + 1), "none of the 4 lines has the flag myself"},
      {"head of the first line", seed.substr(10), "is no node id"},
      {"zero bytes at the end", seed.substr(0, 300) + std::string(50, '\0'), "byte 0x00"},
      {"only a line end", "\n", "line 1: an empty line"},
  };
}

std::vector<Refusal> OddLines() {
  const std::string seed = Seed();
  const std::string id = testing::TestIdentity().NodeIdOf({.shard = 1}).str();
  const std::string shard = "shard-id=" + testing::TestIdentity().ShardIdOf(0).str();
  return {
      {"CR LF", Replace(seed, "\n", "\r\n"), "line 1: byte 0x0d (a CR LF line end?)"},
      {"binary",
       std::string("\x7f"
                   "ELF\x02\x01") +
           seed,
       "line 1: byte 0x7f"},
      {"UTF-8", Replace(seed, ",,", ",\xC3\xA4,"), "line 1: byte 0xc3"},
      {"blank line", Replace(seed, "\n", "\n\n"), "line 2: an empty line"},
      {"two spaces", Replace(seed, " myself", "  myself"), "exactly one space"},
      {"space at the end", Replace(seed, "\n", " \n"), "exactly one space"},
      {"few words", Replace(seed, " connected 0-8191", ""), "line 1: 7 words"},
      {"duplicate id",
       Line(seed, 1) + Line(seed, 2) + Line(seed, 2) + seed.substr(seed.find("vars")),
       "line 3: line 2 has the same node id"},
      {"two myself", Replace(seed, " master", " myself,master"),
       "line 3: line 1 has the flag myself already"},
      {"no myself", Replace(seed, "myself,", ""), "none of the 5 lines has the flag myself"},
      {"text after vars", seed + Line(seed, 2), "line 6: nothing is expected after the \"vars\""},
      {"vars twice", seed + seed.substr(seed.find("vars")), "line 6: nothing is expected"},
      {"short id", Replace(seed, id, id.substr(1)), "line 3: \"" + id.substr(1) + "\" is no"},
      {"upper id", Replace(seed, id, "ABCDEF" + id.substr(6)), "is no node id"},
      {"unknown flag", Replace(seed, ",master", ",master,odd"), "line 1: unknown flag \"odd\""},
      {"empty flag", Replace(seed, ",master", ",master,"), "line 1: unknown flag \"\""},
      {"flag twice", Replace(seed, ",master", ",master,fail,fail"), "a flag or role twice"},
      {"two roles", Replace(seed, ",master", ",master,slave"), "a flag or role twice"},
      {"no role", Replace(seed, ",master", ""), "no role in the flags \"myself\""},
      {"noflags", Replace(seed, " master", " noflags"), "no role in the flags \"noflags\""},
      {"master of a master", Replace(seed, "master -", "master " + id), "names"},
      {"bad primary", Replace(seed, "master -", "master x"), "\"x\" is no node id"},
      {"bad ping", Replace(seed, "- 0 0 1", "- x 0 1"), "\"x\" is no integer"},
      {"negative pong", Replace(seed, "- 0 0 1", "- 0 -1 1"), "\"-1\" is no integer"},
      {"bad epoch", Replace(seed, "- 0 0 1", "- 0 0 -1"), "\"-1\" is no unsigned"},
      {"huge epoch", Replace(seed, "- 0 0 1", "- 0 0 18446744073709551616"), "is no unsigned"},
      {"bad link", Replace(seed, " connected", " linked"), "link state \"linked\""},
      {"bad slot", Replace(seed, "0-8191", "0-x"), "\"0-x\" is no slot range"},
      {"slot 16384", Replace(seed, "16383", "16384"), "line 3: \"8192-16384\" is no slot range"},
      {"reversed", Replace(seed, "0-8191", "8191-0"), "\"8191-0\" is no slot range"},
      {"bad mark", Replace(seed, "0-8191", "0-8191 [5->-x]"), "is no migration mark"},
      {"mark without end", Replace(seed, "0-8191", "0-8191 [5->-" + id), "is no migration mark"},
      {"mark of no slot", Replace(seed, "0-8191", "[16384->-" + id + "]"), "is no migration mark"},
      {"odd arrow", Replace(seed, "0-8191", "[5-=-" + id + "]"), "is no migration mark"},
      {"host name as address", Replace(seed, "10.96.0.1", "localhost"), "\"localhost\" is no IPv4"},
      {"bad port", Replace(seed, ":6379", ":x"), "port: \"x\" is no integer"},
      {"bad bus port", Replace(seed, "@16379", "@99999"), "bus port: \"99999\" is no integer"},
      {"no port", Replace(seed, ":6379@16379", ""), "is no address"},
      {"bad host name", Replace(seed, ",,", ",a=b,"), "\"a=b\" is no host name"},
      {"bad aux", Replace(seed, ",,shard-id=", ",,"), "is no auxiliary field"},
      {"aux twice", Replace(seed, shard, shard + "," + shard), "\"shard-id\" is there twice"},
      {"short shard-id", Replace(seed, shard, "shard-id=abc"), "shard-id: \"abc\" is no node id"},
      {"odd vars", Replace(seed, "lastVoteEpoch", "lastvoteepoch"), "line 5: expected \"vars"},
      {"bad current epoch", Replace(seed, "currentEpoch 2", "currentEpoch x"), "\"x\" is no unsig"},
  };
}

void CheckRefused(const std::vector<Refusal>& refusals) {
  for (const auto& [name, text, message] : refusals) {
    CAPTURE(name);
    const auto conf = ParseNodesConf(text);
    REQUIRE_FALSE(conf);
    CHECK(conf.error().code == Code::kDataLoss);
    CHECK_THAT(conf.error().message, ContainsSubstring(message));
    CHECK(conf.error().message.size() < 500);
    CHECK(std::ranges::all_of(conf.error().message, [](char c) { return c >= ' ' && c <= '~'; }));
  }
}

TEST_CASE("cut files are refused and the message says where") { CheckRefused(CutFiles()); }

TEST_CASE("odd lines are refused and the message says what is expected") {
  CheckRefused(OddLines());
}

TEST_CASE("a refusal shows the line, shortened") {
  const auto conf = ParseNodesConf(Replace(Seed(), "8192-16383", "8192-16384"));
  REQUIRE_FALSE(conf);
  CHECK(conf.error().message ==
        "line 3: \"8192-16384\" is no slot range (<first>-<last> or <slot>, from 0 to 16383); the "
        "line reads \"16bf5ce4522a61fd8e10da8d8182b6445c3cb87b 10.96.0.3:6379@16379,,shard-id="
        "2c9050a2a9fe6c7aee...r - 0 0 2 connected 8192-16384\"");
}

TEST_CASE("a file beyond any sensible size is refused unread") {
  const auto conf = ParseNodesConf(std::string((32U << 20U) + 1, 'a'));
  REQUIRE_FALSE(conf);
  CHECK(conf.error().code == Code::kDataLoss);
}

}  // namespace
}  // namespace bowline
