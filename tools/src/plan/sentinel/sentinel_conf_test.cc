#include "plan/sentinel/sentinel_conf.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "base/parse.h"
#include "plan/common/saved_addresses.h"
#include "testing/plan/running_cluster.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::kEngines;
using testing::ReadTestdata;
using testing::TestIdentity;

constexpr MemberName kSelf = testing::SentinelName(1);
constexpr MemberName kServer1 = testing::ServerName(1);

SentinelConfInput Input() {
  SentinelConfInput input;
  input.settings.layout = Layout::Sentinel(3, 3);
  input.secrets = {.password = "of \"users\"", .replication_password = "of replicas"};
  input.identity = TestIdentity();
  input.self = kSelf;
  input.addresses = testing::Addresses(input.settings.layout);
  for (const MemberName sentinel : input.settings.layout.Sentinels()) {
    input.addresses[sentinel].port = 26379;
  }
  input.primary = kServer1;
  input.epochs = {.current = 9, .config = 7, .leader = 8};
  input.user_directives = "loglevel verbose";
  return input;
}

std::string MustRender(const SentinelConfInput& input) {
  const auto text = RenderSentinelConf(input);
  INFO((text ? std::string() : text.error().message));
  REQUIRE(text);
  return *text;
}

std::string AddressesOfTheTestdata() {
  return PrintAddresses(testing::Addresses(Layout::Sentinel(3, 3), "127.96."));
}

TEST_CASE("sentinel.conf is this text") {
  CHECK(
      MustRender(Input()) ==
      "# Written by bowline at every start; epochs are kept.\n"
      "port 26379\n"
      "protected-mode no\n"
      "dir \"/data\"\n"
      "sentinel resolve-hostnames no\n"
      "sentinel announce-hostnames no\n"
      "sentinel announce-ip 10.96.0.5\n"
      "sentinel announce-port 26379\n"
      "sentinel myid 414bb7e6e63206993f8b8f99f54aa3fd012af774\n"
      "sentinel monitor mymaster 10.96.0.2 6379 2\n"
      "sentinel down-after-milliseconds mymaster 3000\n"
      "sentinel failover-timeout mymaster 60000\n"
      "sentinel parallel-syncs mymaster 1\n"
      "sentinel auth-user mymaster sentinel-0123456789abcdef0123456789abcdef\n"
      "sentinel auth-pass mymaster \"of replicas\"\n"
      "user default on "
      "#f718d33529349d0664ee14e3a77e1ac46534c01c2a32da83cfdca9acb69e9459 ~* &* +@all\n"
      "user bowline-0123456789abcdef0123456789abcdef on "
      "#f718d33529349d0664ee14e3a77e1ac46534c01c2a32da83cfdca9acb69e9459 ~* &* +@all\n"
      "user peer-0123456789abcdef0123456789abcdef on "
      "#f718d33529349d0664ee14e3a77e1ac46534c01c2a32da83cfdca9acb69e9459 resetchannels "
      "&__sentinel__:hello "
      "-@all +ping +publish +client|setname +sentinel|is-master-down-by-addr\n"
      "sentinel sentinel-user peer-0123456789abcdef0123456789abcdef\n"
      "sentinel sentinel-pass \"of \\\"users\\\"\"\n"
      "sentinel known-replica mymaster 10.96.0.1 6379\n"
      "sentinel known-replica mymaster 10.96.0.3 6379\n"
      "sentinel known-sentinel mymaster 10.96.0.4 26379 ae08b6a26458e9f893b0f2d3fd20ec0458af32e6\n"
      "sentinel known-sentinel mymaster 10.96.0.6 26379 06acfaa172ec7e224aec195aaec56afe7ad4ceb5\n"
      "loglevel verbose\n"
      "sentinel config-epoch mymaster 7\n"
      "sentinel leader-epoch mymaster 8\n"
      "sentinel current-epoch 9\n");
}

TEST_CASE("a sentinel with TLS speaks it to its servers where these do") {
  SentinelConfInput input = Input();
  input.settings.tls = {.mode = TlsMode::kOffer,
                        .directory = "/tls",
                        .client_check = "no",
                        .other_client_port = 6380,
                        .other_sentinel_port = 26380};
  const std::string offered = MustRender(input);
  CHECK(offered.contains("\nport 26379\ntls-port 26380\ntls-cert-file /tls/tls.crt\n"));
  CHECK_FALSE(offered.contains("tls-replication"));
  input.settings.tls.mode = TlsMode::kRequire;
  input.settings.tls.other_sentinel_port = 0;
  input.settings.ports.sentinel = 26380;
  const std::string required = MustRender(input);
  CHECK(required.contains("\nport 0\ntls-port 26380\n"));
  CHECK(required.contains("\ntls-replication yes\n"));
}

TEST_CASE("neither the primary nor the sentinel itself is among the known ones") {
  SentinelConfInput input = Input();
  for (const MemberName primary : input.settings.layout.MembersOf(0)) {
    for (const MemberName self : input.settings.layout.Sentinels()) {
      input.primary = primary;
      input.self = self;
      int known = 0;
      const std::string text = MustRender(input);
      for (const std::string_view line : SplitLines(text)) {
        if (!line.starts_with("sentinel known-")) continue;
        ++known;
        CHECK_FALSE(line.contains(" " + input.addresses.at(primary).ip + " "));
        CHECK_FALSE(line.contains(" " + input.addresses.at(self).ip + " "));
        CHECK_FALSE(line.contains(TestIdentity().NodeIdOf(self).str()));
      }
      CHECK(known == 4);
    }
  }
}

TEST_CASE("passwords only where they are asked for") {
  SentinelConfInput input = Input();
  input.settings.sentinel.auth = false;
  const std::string open = MustRender(input);
  CHECK_FALSE(open.contains("user default"));
  CHECK_FALSE(open.contains("sentinel-pass"));
  CHECK_FALSE(open.contains("user peer-"));
  CHECK(open.contains("sentinel auth-pass mymaster"));
  input.settings.auth = false;
  input.settings.sentinel.auth = true;
  const std::string none = MustRender(input);
  for (const char* word : {"requirepass", "sentinel-pass", "auth-pass", "user"}) {
    CHECK_FALSE(none.contains(word));
  }
}

TEST_CASE("a member without an address is named") {
  for (const char* name : {"server-0", "server-1", "sentinel-1", "sentinel-2"}) {
    SentinelConfInput input = Input();
    input.addresses.erase(*MemberName::Parse(name));
    const auto text = RenderSentinelConf(input);
    REQUIRE_FALSE(text);
    CHECK(text.error().code == Code::kInvalidArgument);
    CHECK_THAT(text.error().message, ContainsSubstring(name));
  }
}

TEST_CASE("what the program owns in sentinel.conf is refused, in any dress") {
  struct Case {
    const char* line;
    const char* name;
  };
  for (const Case& c : {
           Case{"port 1", "port"},
           Case{"  Requirepass x", "requirepass"},
           Case{"\"dir\" /x", "dir"},
           Case{"user default on", "user"},
           Case{"include /x", "include"},
           Case{"sentinel", "sentinel"},
           Case{"sentinel myid x", "sentinel myid"},
           Case{"SENTINEL Monitor x 1 1 1", "sentinel monitor"},
           Case{"'sentinel' \"known-replica\" x 1 1", "sentinel known-replica"},
           Case{"sentinel\tknown-sentinel x 1 1 x", "sentinel known-sentinel"},
           Case{"sentinel announce-ip 1", "sentinel announce-ip"},
           Case{"sentinel resolve-hostnames yes", "sentinel resolve-hostnames"},
           Case{"sentinel auth-pass mymaster x", "sentinel auth-pass"},
           Case{"sentinel down-after-milliseconds mymaster 1", "sentinel down-after-milliseconds"},
           Case{"sentinel parallel-syncs mymaster 1", "sentinel parallel-syncs"},
           Case{"sentinel current-epoch 1", "sentinel current-epoch"},
       }) {
    CAPTURE(c.line);
    SentinelConfInput input = Input();
    input.user_directives = std::string("loglevel notice\n# port 1\n\n") + c.line + "\n";
    const auto text = RenderSentinelConf(input);
    REQUIRE_FALSE(text);
    CHECK(text.error().code == Code::kInvalidArgument);
    CHECK_THAT(text.error().message,
               ContainsSubstring("sentinel.conf line 4 sets \"" + std::string(c.name) + "\""));
  }
  for (const char* line :
       {"", "#sentinel myid x", "loglevel debug", "sentinel deny-scripts-reconfig yes",
        "sentinel master-reboot-down-after-period mymaster 0", "maxclients 100",
        "sentinel notification-script mymaster /x", "acllog-max-len 5"}) {
    CAPTURE(line);
    CHECK(CheckSentinelDirectives(line));
  }
}

TEST_CASE("every line that the program writes is one that the user must not write") {
  SentinelConfInput input = Input();
  input.user_directives.clear();
  const std::string text = MustRender(input);
  for (const std::string_view line : SplitLines(text)) {
    if (line.empty() || line.starts_with('#')) continue;
    CAPTURE(line);
    CHECK_FALSE(CheckSentinelDirectives(line));
  }
}

TEST_CASE("what was written reads back") {
  const SentinelConfInput input = Input();
  const auto saved = ParseSavedSentinel(MustRender(input), PrintAddresses(input.addresses));
  REQUIRE(saved);
  CHECK(saved->id == TestIdentity().NodeIdOf(kSelf).str());
  CHECK(saved->snapshot.primary == kServer1);
  CHECK(saved->snapshot.primary_ip == "10.96.0.2");
  CHECK(saved->snapshot.primary_port == 6379);
  CHECK(saved->snapshot.epochs == input.epochs);
  CHECK_FALSE(saved->snapshot.answers);
}

TEST_CASE("files that sentinels of every engine have saved") {
  struct Case {
    const char* file = nullptr;
    MemberName self;
    std::uint64_t epoch = 0;
  };
  for (const std::string engine : kEngines) {
    for (const Case& c : {
             Case{"flushed", testing::SentinelName(0), 0},
             Case{"failover", testing::SentinelName(0), 1},
             Case{"election", testing::SentinelName(1), 2},
         }) {
      CAPTURE(engine, c.file);
      const std::string text = ReadTestdata(engine + "/sentinel-" + c.file + ".conf");
      const auto saved = ParseSavedSentinel(text, AddressesOfTheTestdata());
      REQUIRE(saved);
      CHECK(saved->id == TestIdentity().NodeIdOf(c.self).str());
      CHECK(saved->snapshot.epochs ==
            SentinelEpochs{.current = c.epoch, .config = c.epoch, .leader = c.epoch});
      REQUIRE(saved->snapshot.primary);
      CHECK(saved->snapshot.primary->kind == MemberKind::kServer);
      CHECK((saved->snapshot.primary->ordinal == 0) == (c.epoch == 0));
      CHECK(saved->snapshot.primary_port == 6379);
    }
  }
}

TEST_CASE(
    "a file of a sentinel that is cut at a line's end is refused, as long as it lacks a line") {
  for (const std::string engine : kEngines) {
    const std::string text = ReadTestdata(engine + "/sentinel-election.conf");
    const std::size_t last = text.find('\n', text.find("sentinel current-epoch"));
    REQUIRE(last != std::string::npos);
    for (std::size_t end = 0; end != std::string::npos && end < last;
         end = text.find('\n', end + 1)) {
      CAPTURE(engine, end);
      const auto saved = ParseSavedSentinel(text.substr(0, end + 1), "");
      REQUIRE_FALSE(saved);
      CHECK(saved.error().code == Code::kDataLoss);
    }
    CHECK(ParseSavedSentinel(text.substr(0, last + 1), ""));
  }
}

TEST_CASE("a file without its last line's end may have lost digits of it") {
  const std::string text = MustRender(Input());
  CHECK_FALSE(ParseSavedSentinel(text.substr(0, text.size() - 1), ""));
}

TEST_CASE("addresses that are unknown or nobody's name no member") {
  const std::string text = MustRender(Input());
  for (const std::string& addresses :
       {std::string(), std::string("{"), std::string("{}"), AddressesOfTheTestdata(),
        std::string(R"({"pod-1": "10.96.0.2"})")}) {
    CAPTURE(addresses);
    const auto saved = ParseSavedSentinel(text, addresses);
    REQUIRE(saved);
    CHECK_FALSE(saved->snapshot.primary);
    CHECK(saved->snapshot.HasOpinion());
  }
}

TEST_CASE("what no sentinel has written is refused with its line") {
  const std::string good = MustRender(Input());
  const auto with = [&](const std::string& from, const std::string& to) {
    return testing::Replace(good, from, to);
  };
  for (const std::string& text :
       {std::string(), std::string("\0\1\2", 3), std::string("port 1\n"),
        with("sentinel myid", "sentinel id"), with("10.96.0.2 6379 2", "10.96.0.2 6379"),
        with("10.96.0.2 6379 2", "server.example 6379 2"), with("10.96.0.2 6379", "10.96.0.2 0"),
        with("config-epoch mymaster 7", "config-epoch mymaster"),
        with("config-epoch mymaster 7", "config-epoch mymaster -7"),
        with("current-epoch 9", "current-epoch x")}) {
    CAPTURE(text);
    const auto saved = ParseSavedSentinel(text, "");
    REQUIRE_FALSE(saved);
    CHECK(saved.error().code == Code::kDataLoss);
  }
}

}  // namespace
}  // namespace bowline
