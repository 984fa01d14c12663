// Users made by hand, at real engines: what a volume keeps of them over a life of the process.

#include "apply/common/foreign_users.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <filesystem>
#include <optional>

#include "apply/common/engine_probe.h"
#include "apply/common/lanes.h"
#include "base/digest.h"
#include "plan/common/foreign_users.h"
#include "sys/files.h"
#include "testing/resp.h"

namespace bowline {
namespace {

using testing::Engine;
using testing::Soon;
using testing::Spill;

const std::vector<Account> kAccounts{{.name = "default", .of = "", .rights = {}}};

/// An engine, its member's volume and the member's program.
class Member {
 public:
  explicit Member(const char* program) : engine_(program) {
    settings_.keep_foreign_users = true;
    paths_.data = volume_.path();
    live_settings_.emplace(settings_, EngineSecrets{}, paths_);
  }
  /// A life of the program begins; the engine has the users that it has.
  Status Live() {
    watch_.emplace(*live_settings_, live_, events_);
    return Look();
  }
  Status Look() { return watch_->Look(client_, kAccounts, Soon()); }
  /// The engine is started anew: it has no user but default.
  void Restart() {
    const auto users = client_.Users(Soon());
    REQUIRE(users);
    for (const std::string& user : *users) {
      if (user != "default") Remove(user);
    }
  }
  void Remove(const std::string& name) { REQUIRE(client_.Ask({"ACL", "DELUSER", name}, Soon())); }
  void Make(const std::string& name, const std::string& rule = "+get") {
    REQUIRE(client_.Ask({"ACL", "SETUSER", name, "on", ">secret", "~x:*", rule}, Soon()));
  }
  [[nodiscard]] bool LetsIn(const std::string& user) const {
    return engine_.TryConnect({.user = user, .password = "secret"}).has_value();
  }
  /// Of the volume, with this begin of their name.
  [[nodiscard]] std::vector<std::filesystem::path> Files(const std::string& begin) const {
    std::vector<std::filesystem::path> files;
    for (const auto& file : std::filesystem::directory_iterator(volume_.path())) {
      if (file.path().filename().string().starts_with(begin)) files.push_back(file.path());
    }
    return files;
  }
  [[nodiscard]] std::filesystem::path Kept() const { return volume_ / "bowline-users.acl"; }
  Report Told() { return live_.Last(); }

 private:
  testing::TempFolder volume_;
  Settings settings_;
  Paths paths_;
  std::optional<LiveSettings> live_settings_;
  Engine engine_;
  RespClient client_ = engine_.Connect();
  Lanes lanes_;
  PodEnv pod_;
  EventSink events_{lanes_.api, pod_, false};
  EngineProbe probe_{Engine::kIp, engine_.port(), {}, false};
  LiveState live_{lanes_.engine, Report{}, settings_.layout, probe_};
  std::optional<ForeignUsersWatch> watch_;
};

TEST_CASE("the volume has hashes alone, for nobody else to read, and others hear a digest") {
  Member member(GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER));
  REQUIRE(member.Live());
  CHECK_FALSE(std::filesystem::exists(member.Kept()));
  member.Make("hand");
  REQUIRE(member.Live());
  const std::string text = testing::Slurp(member.Kept());
  CHECK(text.contains("#" + Sha256Hex("secret")));
  CHECK_FALSE(text.contains(">secret"));
  CHECK((std::filesystem::status(member.Kept()).permissions() & std::filesystem::perms::all) ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  REQUIRE(member.Told().kept_users);
  CHECK(member.Told().kept_users->contains("hand"));
  CHECK(member.Told().foreign_users.empty());
}

TEST_CASE("killed before the rename: what was kept before comes back") {
  Member member(BOWLINE_VALKEY_SERVER);
  member.Make("hand");
  REQUIRE(member.Live());
  Spill(member.Kept().string() + ".bowline-tmp", "# bowline-users 1 half");
  member.Restart();
  REQUIRE(member.Live());
  CHECK(member.LetsIn("hand"));
}

TEST_CASE("a user that was removed by hand, and those of a lost volume, do not come back") {
  Member member(BOWLINE_REDIS_SERVER);
  member.Make("hand");
  member.Make("other");
  REQUIRE(member.Live());
  SECTION("removed by hand") {
    member.Remove("hand");
    REQUIRE(member.Look());
    member.Restart();
    REQUIRE(member.Live());
    CHECK(member.LetsIn("other"));
  }
  SECTION("the volume is lost") {
    std::filesystem::remove(member.Kept());
    member.Restart();
    REQUIRE(member.Live());
    CHECK_FALSE(member.LetsIn("other"));
  }
  CHECK_FALSE(member.LetsIn("hand"));
}

TEST_CASE("a damaged file makes nobody, and a copy of it stays") {
  Member member(BOWLINE_VALKEY_SERVER);
  member.Make("hand", "+@all");
  REQUIRE(member.Live());
  const std::string whole = testing::Slurp(member.Kept());
  const std::string damaged = GENERATE_COPY(whole.substr(0, whole.size() - 4), std::string(),
                                            std::string("user hand on nopass ~* +@all\n"));
  Spill(member.Kept(), damaged);
  member.Restart();
  REQUIRE(member.Live());
  CHECK_FALSE(member.LetsIn("hand"));
  const auto copies = member.Files("bowline-users.acl.refused-");
  REQUIRE(copies.size() == 1);
  CHECK(testing::Slurp(copies.front()) == damaged);
  // The next one is good again.
  member.Make("hand");
  REQUIRE(member.Live());
  member.Restart();
  REQUIRE(member.Live());
  CHECK(member.LetsIn("hand"));
}

TEST_CASE("what this engine refuses is left out and told, and the others are made") {
  Member member(GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER));
  const std::string rules = " on #" + Sha256Hex("secret") + " ~* ";
  Spill(member.Kept(), PrintKeptUsers({{"default", "user default off"},
                                       {"first", "user first" + rules + "+no-such-command"},
                                       {"hand", "user hand" + rules + "+get"},
                                       {"peer-x", "user peer-x" + rules + "+@all"}}));
  const std::string before = testing::Slurp(member.Kept());
  REQUIRE(member.Live());
  CHECK(member.LetsIn("hand"));
  CHECK_FALSE(member.LetsIn("first"));
  CHECK_FALSE(member.LetsIn("peer-x"));
  const auto copies = member.Files("bowline-users.acl.refused-");
  REQUIRE(copies.size() == 1);
  CHECK(testing::Slurp(copies.front()) == before);
  CHECK_FALSE(testing::Slurp(member.Kept()).contains("no-such-command"));
}

}  // namespace
}  // namespace bowline
