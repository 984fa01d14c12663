// Real engines, and another member that tells what the test wants.

#include "apply/common/password_watch.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <mutex>

#include "apply/common/engine_probe.h"
#include "apply/common/lanes.h"
#include "base/digest.h"
#include "peer/channel.h"
#include "sys/files.h"
#include "testing/plan/rules.h"
#include "testing/plan/running_cluster.h"
#include "testing/resp.h"

namespace bowline {
namespace {

using testing::Engine;
using testing::Eventually;
using testing::Soon;
using testing::Spill;

constexpr MemberName kSelf{.ordinal = 0, .kind = MemberKind::kServer};
constexpr MemberName kOther{.ordinal = 1, .kind = MemberKind::kServer};

Settings TwoServers() {
  Settings settings;
  settings.layout = Layout::Sentinel(2, 0);
  settings.keep_old_password_seconds = 1;
  settings.ports.peers = testing::FreePort();
  return settings;
}

std::vector<Account> Accounts(const EngineSecrets& secrets) {
  std::vector<Account> accounts =
      AccountsOfServer(testing::TestRules(TwoServers().layout), EngineKind::kRedis,
                       testing::TestIdentity(), secrets);
  AllowMigration(accounts, testing::TestIdentity());  // no engine here knows it
  return accounts;
}

/// The program of server-1: it has `secrets`.
class Other {
 public:
  Other(const Settings& settings, EngineSecrets secrets) : secrets_(std::move(secrets)) {
    server_.On(
        "POST", kReportPath,
        AnswerReports({.channel =
                           [this, pod = settings.PodOf(kOther)] {
                             const std::scoped_lock lock(mutex_);
                             return PeerChannel{
                                 .keys = KeysOf(secrets_),
                                 .self = {.identity = {}, .member = kOther.ToString(), .pod = pod},
                                 .rejected = {},
                                 .seen = {}};
                           },
                       .report =
                           [this](Milliseconds) {
                             const std::scoped_lock lock(mutex_);
                             Report report;
                             report.member = kOther;
                             report.passwords = DigestOf(secrets_);
                             report.passwords_without_users = DigestWithoutUsers(secrets_);
                             report.passwords_used = !secrets_.spreading;
                             report.outgoing = secrets_.outgoing;
                             return report;
                           }}));
    REQUIRE(server_.Start(settings.ports.peers));
  }
  void Has(EngineSecrets secrets) {
    const std::scoped_lock lock(mutex_);
    secrets_ = std::move(secrets);
  }

 private:
  std::mutex mutex_;
  EngineSecrets secrets_;
  HttpServer server_{PeerLimits()};
};

/// server-0, its Secret and its volume.
class Member {
 public:
  explicit Member(const char* program) : engine_(program) {
    settings.ports.client = engine_.port();
    settings.auth_directory = secret_.path();
    settings.users.directory = users_.path();
    Mount("first");
    paths_.data = volume_.path();
    RespClient client = engine_.Connect();
    for (const Account& account : Accounts(*LoadSecrets(settings))) {
      REQUIRE(client.Ask(LetInCommands(account, *LoadSecrets(settings)).back(), Soon()));
    }
  }

  Settings settings = TwoServers();

  void Mount(const std::string& password) {
    Spill(secret_ / "password", password);
    Spill(secret_ / "replication-password", "members-" + password);
    if (live_settings) (void)live_settings->Refresh();
  }
  void MountUser(const std::string& rules, const std::string& password) {
    Spill(users_ / "users.json",
          std::format(R"({{"revision": "{}", "users": [{{"name": "app", "rules": "{}",
              "hashes": ["{}"], "keys": []}}]}})",
                      password, rules, Sha256Hex(password)));
    (void)live_settings->Refresh();
  }
  void MountNoUser() {
    std::filesystem::remove(users_ / "users.json");
    (void)live_settings->Refresh();
  }
  [[nodiscard]] Result<RespClient> AsApp(const std::string& password) const {
    return engine_.TryConnect({.user = "app", .password = password});
  }
  [[nodiscard]] RespClient AsProgram() const {
    return engine_.Connect(PeerLoginOf(Mounted(), testing::TestIdentity()));
  }
  [[nodiscard]] EngineSecrets Mounted() const { return *LoadSecrets(settings); }
  /// A life of the program and of its engine's files.
  void Begin() {
    watch_.reset();
    live_settings.emplace(settings, Mounted(), paths_);
    live_.emplace(lanes_.engine, Report{.member = kSelf}, settings.layout, probe_);
    live_->SetAddresses({{kOther, {.ip = Engine::kIp, .port = 1, .bus_port = 0}}});
    peers_.emplace(*live_settings, kSelf, *live_, events_);
    configuration_.emplace(*live_settings, *live_, conditions_, true);
    SettlePasswords(*live_settings, *live_);
    watch_.emplace(
        lanes_.monitor,
        PasswordWatch::Member{*live_settings, kSelf, *live_, *configuration_, events_, *peers_},
        PasswordWatch::Process{.accounts = &Accounts,
                               .connect =
                                   [this](const EngineSecrets& secrets, Deadline deadline) {
                                     return ConnectToOwn(settings, secrets, deadline);
                                   },
                               .use = &ServerUseCommands});
  }
  void LoseVolume() { std::filesystem::remove(volume_ / "bowline-passwords.json"); }
  [[nodiscard]] std::filesystem::path KeptUsers() const { return volume_ / "bowline-users.acl"; }
  [[nodiscard]] bool LetsIn(const std::string& password,
                            const std::string& user = "default") const {
    return engine_.TryConnect({.user = user, .password = password}).has_value();
  }
  [[nodiscard]] std::string Uses() const {
    auto client = engine_.Connect({.user = "default", .password = Mounted().password});
    return client.ConfigGet({"masterauth"}, Soon())->at("masterauth");
  }
  Report Told() { return live_->Last(); }

  std::optional<LiveSettings> live_settings;

 private:
  testing::TempFolder secret_;
  testing::TempFolder users_;
  testing::TempFolder volume_;
  Paths paths_;
  Engine engine_;
  Lanes lanes_;
  PodEnv pod_;
  EventSink events_{lanes_.api, pod_, false};
  EngineProbe probe_{Engine::kIp, engine_.port(), {}, false};
  std::optional<LiveState> live_;
  std::optional<Peers> peers_;
  PodConditions conditions_{lanes_.api, pod_, false, true};
  std::optional<Configuration> configuration_;
  std::optional<PasswordWatch> watch_;
};

TEST_CASE("a new password is let in beside the former one, and used when all have it") {
  Member member(GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER));
  Other other(member.settings, member.Mounted());
  member.Begin();
  CHECK_FALSE(member.LetsIn("second"));
  member.Mount("second");
  REQUIRE(Eventually([&] { return member.LetsIn("second"); }));
  CHECK(member.LetsIn("first"));
  CHECK(Eventually([&] { return member.Told().passwords == DigestOf(member.Mounted()); }));
  // The other one is behind: nothing ends, and nothing is used that it would refuse.
  (void)Deadline::In(Milliseconds(2500)).Sleep(Milliseconds(2500));
  CHECK(member.LetsIn("first"));
  CHECK(member.Uses().empty());
  CHECK(member.Told().outgoing.size() == 3);

  other.Has(member.Mounted());
  REQUIRE(Eventually([&] { return member.Uses() == "members-second"; }));
  CHECK(Eventually([&] { return !member.LetsIn("first"); }));
  CHECK(member.LetsIn("second"));
  CHECK(Eventually([&] { return member.Told().outgoing.empty(); }));
  CHECK(member.live_settings->Secrets().former.empty());
}

TEST_CASE("a connection of the former password outlives its end") {
  Member member(BOWLINE_VALKEY_SERVER);
  Other other(member.settings, member.Mounted());
  member.Begin();
  auto client = RespClient::Connect(Engine::kIp, member.settings.ports.client,
                                    LoginOf(member.Mounted()), Soon());
  REQUIRE(client);
  member.Mount("second");
  other.Has(member.Mounted());
  REQUIRE(Eventually([&] { return member.LetsIn("second") && !member.LetsIn("first"); }));
  CHECK(client->Ask({"SET", "key", "value"}, Soon()));
}

TEST_CASE("a member that starts with a new Secret lets the former password in, by its volume") {
  Member member(BOWLINE_REDIS_SERVER);
  const Other other(member.settings, member.Mounted());
  member.Begin();
  member.Mount("second");
  member.Begin();
  CHECK(ValidHashes(member.live_settings->Secrets(), kClients) ==
        std::vector<std::string>{HashesOf(member.Mounted()).at(kClients).front(),
                                 member.live_settings->Secrets().outgoing.at(0).hash});
}

TEST_CASE("a member that has lost its volume hears from the others what is still valid") {
  Member member(BOWLINE_REDIS_SERVER);
  const EngineSecrets former = member.Mounted();
  RespClient program = member.AsProgram();
  member.Mount("second");
  for (const Account& account : Accounts(member.Mounted())) {  // as its file has it at a start
    REQUIRE(program.Ask(LetInCommands(account, member.Mounted()).back(), Soon()));
  }
  const Other other(member.settings, Succeed(former, member.Mounted()));
  member.LoseVolume();
  member.Begin();
  CHECK(Eventually([&] { return member.Told().outgoing.size() == 3; }));
  CHECK(member.LetsIn("first"));
}

TEST_CASE("a user comes, changes under an open connection, and goes") {
  Member member(GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER));
  const Other other(member.settings, member.Mounted());
  member.Begin();
  member.MountUser("~app:* +set", "one");
  REQUIRE(Eventually([&] { return member.AsApp("one").has_value(); }));
  auto client = member.AsApp("one");
  REQUIRE(client);
  CHECK(client->Ask({"SET", "app:key", "1"}, Soon()));
  CHECK(client->Ask({"SET", "other", "1"}, Soon()).error().code == Code::kPermissionDenied);

  member.MountUser("~* +set", "two");
  REQUIRE(Eventually([&] { return member.AsApp("two").has_value(); }));
  CHECK(member.AsApp("one"));  // the other member is behind
  CHECK(client->Ask({"SET", "other", "1"}, Soon()));

  member.MountNoUser();
  CHECK(Eventually([&] { return !member.AsApp("two"); }));
  CHECK_FALSE(client->Ask({"SET", "other", "1"}, Soon()));
  CHECK(Eventually([&] { return member.Told().passwords == DigestOf(member.Mounted()); }));
}

TEST_CASE("rights that the engine does not know leave the account with those that all know") {
  Member member(GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER));
  const Other other(member.settings, member.Mounted());
  RespClient program = member.AsProgram();
  const std::string name = AccountOf("replication", testing::TestIdentity());
  REQUIRE(program.Ask({"ACL", "SETUSER", name, "-psync"}, Soon()));
  const auto may = [&](const char* command) {
    const auto answer = program.Ask({"ACL", "DRYRUN", name, command, "?", "-1"}, Soon());
    return answer && answer->text == "OK";
  };
  REQUIRE_FALSE(may("psync"));
  member.Begin();
  CHECK(Eventually([&] { return may("psync"); }));
  CHECK_FALSE(may("append"));
}

TEST_CASE("rules that the engine refuses change nothing, and what is right later is followed") {
  Member member(BOWLINE_VALKEY_SERVER);
  const Other other(member.settings, member.Mounted());
  member.Begin();
  member.MountUser("~* +set", "one");
  REQUIRE(Eventually([&] { return member.AsApp("one").has_value(); }));
  member.MountUser("~* +no-such-command", "two");
  (void)Soon().Sleep(Milliseconds(1500));
  CHECK(member.AsApp("one"));
  CHECK_FALSE(member.AsApp("two"));
  member.MountUser("~* +get", "two");
  CHECK(Eventually([&] { return member.AsApp("two").has_value(); }));
}

TEST_CASE("a user that somebody has made by hand is told") {
  Member member(BOWLINE_REDIS_SERVER);
  const Other other(member.settings, member.Mounted());
  REQUIRE(member.AsProgram().Ask({"ACL", "SETUSER", "by-hand", "on", "nopass"}, Soon()));
  member.Begin();
  CHECK(Eventually(
      [&] { return member.Told().foreign_users == std::vector<std::string>{"by-hand"}; }));
  CHECK_FALSE(std::filesystem::exists(member.KeptUsers()));
}

TEST_CASE("a user made by hand is kept over a start of the engine, when that is set") {
  Member member(GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER));
  const Other other(member.settings, member.Mounted());
  member.settings.keep_foreign_users = true;
  RespClient program = member.AsProgram();
  REQUIRE(program.Ask({"ACL", "SETUSER", "by-hand", "on", ">secret", "~x:*", "+get", "(+set ~y)"},
                      Soon()));
  member.Begin();
  const auto kept = [&] { return ReadFile(member.KeptUsers()).value_or(""); };
  REQUIRE(Eventually([&] { return kept().contains("user by-hand on"); }));
  CHECK_FALSE(kept().contains("secret"));
  CHECK(member.Told().foreign_users.empty());
  const auto before = program.Ask({"ACL", "LIST"}, Soon());

  // The engine starts with its own accounts alone.
  REQUIRE(program.Ask({"ACL", "DELUSER", "by-hand"}, Soon()));
  member.Begin();
  REQUIRE(Eventually([&] { return member.LetsIn("secret", "by-hand"); }));
  CHECK_FALSE(member.LetsIn("any"));
  const auto after = program.Ask({"ACL", "LIST"}, Soon());
  REQUIRE((before && after));
  CHECK(before->items.size() == after->items.size());
  CHECK(before->items.front().text == after->items.front().text);

  // Deleted by hand, or kept no longer: it does not come again.
  REQUIRE(program.Ask({"ACL", "DELUSER", "by-hand"}, Soon()));
  member.settings.keep_foreign_users = false;
  member.Begin();
  CHECK(Eventually([&] { return !std::filesystem::exists(member.KeptUsers()); }));
  CHECK_FALSE(member.LetsIn("secret", "by-hand"));
}

}  // namespace
}  // namespace bowline
