#include "plan/common/passwords.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <map>

#include "base/digest.h"
#include "plan/common/accounts.h"

namespace bowline {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;

EngineSecrets Secrets(const std::string& password, const std::string& members) {
  return {.password = password, .replication_password = members, .peer_key = "key " + members};
}

std::string HashOf(std::string_view password) { return Sha256Hex(password); }

using Hashes = std::vector<std::string>;

TEST_CASE("a new password is valid beside the former one, first of all") {
  const EngineSecrets next = Succeed(Secrets("a", "m"), Secrets("b", "m"));
  CHECK(ValidHashes(next, kClients) == Hashes{HashOf("b"), HashOf("a")});
  CHECK(ValidHashes(next, kMembers) == Hashes{HashOf("m")});
  CHECK(next.outgoing == std::vector<OutgoingPassword>{{.of = kClients, .hash = HashOf("a")}});
  CHECK(next.former.size() == 1);
  CHECK(next.former[0].password == "a");
}

TEST_CASE("three passwords in a row are all valid, and each is tried for logging in") {
  const EngineSecrets next =
      Succeed(Succeed(Secrets("a", "m"), Secrets("b", "m")), Secrets("c", "m"));
  CHECK(ValidHashes(next, kClients) == Hashes{HashOf("c"), HashOf("a"), HashOf("b")});
  CHECK(next.former[0].password == "b");
  CHECK(next.former[1].password == "a");
}

TEST_CASE("a password that comes back goes out no more, and the one between does") {
  const EngineSecrets next =
      Succeed(Succeed(Secrets("a", "m"), Secrets("b", "m")), Secrets("a", "m"));
  CHECK(ValidHashes(next, kClients) == Hashes{HashOf("a"), HashOf("b")});
}

TEST_CASE("without a change nothing goes out") {
  const EngineSecrets next = Succeed(Secrets("a", "m"), Secrets("a", "m"));
  CHECK(next.outgoing.empty());
  CHECK(next.former.empty());
}

TEST_CASE("messages carry all keys until the former ones end") {
  EngineSecrets next = Succeed(Secrets("a", "m"), Secrets("a", "n"));
  CHECK(KeysOf(next).known == Hashes{"key n", "key m"});
  CHECK(KeysOf(next).sealing >= 2);
  next.spreading = false;  // all have the new one: former ones are understood alone
  CHECK(KeysOf(next).sealing == 1);
  CHECK(ValidHashes(next, kPeerKey).size() == 2);  // it has an end like the others
  next.former.clear();
  CHECK(KeysOf(next).known == Hashes{"key n"});
  CHECK(KeysOf(Succeed(Secrets("a", "m"), Secrets("b", "m"))).known == Hashes{"key m"});
}

TEST_CASE("however often passwords change, a message has a number of HMACs that is read") {
  EngineSecrets secrets = Secrets("a", "0");
  for (int i = 1; i < 20; ++i) secrets = Succeed(secrets, Secrets("a", std::to_string(i)));
  CHECK(KeysOf(secrets).known.size() == kMostKeys);
  CHECK(KeysOf(secrets).known.front() == "key 19");
}

TEST_CASE("a former text is forgotten when nothing of it is valid any more") {
  EngineSecrets secrets = Succeed(Succeed(Secrets("a", "m"), Secrets("b", "m")), Secrets("c", "m"));
  std::erase_if(secrets.outgoing,
                [](const OutgoingPassword& outgoing) { return outgoing.hash == HashOf("a"); });
  ForgetEnded(secrets);
  REQUIRE(secrets.former.size() == 1);
  CHECK(secrets.former[0].password == "b");
}

TEST_CASE("a digest tells the same passwords from others, by each of them") {
  const EngineSecrets secrets = Secrets("a", "m");
  EngineSecrets other = secrets;
  CHECK(DigestOf(other) == DigestOf(secrets));
  other.outgoing.push_back({.of = kClients, .hash = HashOf("x")});
  CHECK(DigestOf(other) == DigestOf(secrets));
  SECTION("clients") { other.password = "b"; }
  SECTION("members") { other.replication_password = "n"; }
  SECTION("messages") { other.peer_key = "k"; }
  SECTION("the two exchanged") { std::swap(other.password, other.replication_password); }
  CHECK(DigestOf(other) != DigestOf(secrets));
  CHECK(DigestOf(other).size() == 16);
}

using std::chrono::milliseconds;

/// One member of three, which uses the declared passwords, and so do the others.
struct Rotation {
  EngineSecrets secrets = Succeed(Secrets("a", "m"), Secrets("b", "m"));
  RotationLook look{.now = kNow, .keep_for = 60, .told = {}};

  Rotation() {
    secrets.spreading = false;
    Told(1);
    Told(2);
  }
  static MemberName Name(int ordinal) { return {.ordinal = ordinal, .kind = MemberKind::kServer}; }
  ToldPasswords& Told(int ordinal) {
    return look.told[Name(ordinal)] = {.digest = DigestOf(secrets), .uses = true};
  }
  [[nodiscard]] RotationStep Step() const { return PlanRotation(secrets, look); }
  [[nodiscard]] std::int64_t Ends() const {
    const RotationStep step = Step();
    REQUIRE(step.outgoing.size() == 1);
    return step.outgoing[0].ends;
  }
};

TEST_CASE("a former password ends some time after all members use the new one") {
  Rotation rotation;
  CHECK(rotation.Ends() == kNow + 60);
  CHECK(rotation.Step().behind.empty());
  SECTION("or nobody else is there") {
    rotation.look.told.clear();
    CHECK(rotation.Ends() == kNow + 60);
  }
  SECTION("not while one has another one, or does not tell it") {
    rotation.Told(2).digest = GENERATE("0123456789abcdef", "");
    CHECK(rotation.Ends() == 0);
    CHECK(rotation.Step().behind == std::vector<MemberName>{Rotation::Name(2)});
    CHECK(rotation.Step().seen_behind == rotation.Step().behind);
  }
  SECTION("not while one still logs in with the former one") {
    rotation.Told(2).uses = false;
    CHECK(rotation.Ends() == 0);
    CHECK(rotation.Step().behind.empty());  // so the new one may be used
  }
  SECTION("not while this one does") {
    rotation.secrets.spreading = true;
    CHECK(rotation.Ends() == 0);
  }
  SECTION("not while another one has heard somebody without it") {
    rotation.Told(2).waits = {Rotation::Name(1)};
    CHECK(rotation.Ends() == 0);
  }
}

TEST_CASE("a silent member is waited for, two minutes long") {
  Rotation rotation;
  rotation.look.told[Rotation::Name(2)] = {.digest = "", .silent_for = milliseconds(1)};
  CHECK(rotation.Ends() == 0);
  CHECK(rotation.Step().behind == std::vector<MemberName>{Rotation::Name(2)});
  CHECK(rotation.Step().seen_behind.empty());
  rotation.look.told[Rotation::Name(2)].silent_for = milliseconds(120'001);
  CHECK(rotation.Ends() == kNow + 60);
  CHECK(rotation.Step().behind.empty());
}

TEST_CASE("the end does not move, and comes at its time") {
  Rotation rotation;
  rotation.secrets.outgoing[0].ends = kNow + 60;
  rotation.look.now = kNow + 59;
  CHECK(rotation.Ends() == kNow + 60);
  CHECK_FALSE(rotation.Step().ended);
  rotation.look.now = kNow + 60;
  CHECK(rotation.Step().ended);
  CHECK(rotation.Step().outgoing.empty());
}

TEST_CASE("a member that answers with other passwords takes the end back, also at its time") {
  Rotation rotation;
  rotation.Told(1).digest = "0123456789abcdef";
  rotation.secrets.outgoing[0].ends = kNow;
  CHECK(rotation.Ends() == 0);
  CHECK_FALSE(rotation.Step().ended);
}

TEST_CASE("a sentinel starts when all servers have its passwords, or after two minutes") {
  const EngineSecrets secrets = Secrets("b", "m");
  EngineSecrets spreading = Succeed(Secrets("a", "m"), secrets);
  const std::string digest = DigestOf(secrets);
  const MemberName one = Rotation::Name(0);
  const MemberName two = Rotation::Name(1);
  const auto waits = [](const EngineSecrets& own, const std::map<MemberName, std::string>& digests,
                        milliseconds waited = milliseconds(0)) {
    std::map<MemberName, ToldPasswords> told;
    for (const auto& [member, other] : digests) told[member] = {.digest = other};
    return WaitForServers(own, told, 2, waited).has_value();
  };
  CHECK_FALSE(waits(secrets, {}));  // nothing has changed that it knows of
  CHECK_FALSE(waits(secrets, {{one, digest}, {two, ""}}));
  CHECK(waits(secrets, {{one, digest}, {two, "0123456789abcdef"}}));
  CHECK(waits(spreading, {{one, digest}}));
  CHECK_FALSE(waits(spreading, {{one, digest}, {two, digest}}));
  CHECK_FALSE(waits(spreading, {{two, "0123456789abcdef"}}, milliseconds(120'000)));
}

TEST_CASE("what others tell is adopted once, unless it has ended or is declared") {
  EngineSecrets secrets = Secrets("b", "m");
  const std::vector<OutgoingPassword> told{
      {.of = kClients, .hash = HashOf("a"), .ends = kNow + 1},
      {.of = kClients, .hash = HashOf("older"), .ends = kNow},
      {.of = kClients, .hash = HashOf("b"), .ends = 0},
      {.of = "something of a later version", .hash = HashOf("c"), .ends = 0}};
  CHECK(Adopt(secrets, told, kNow));
  CHECK(secrets.outgoing == std::vector<OutgoingPassword>{told[0]});
  CHECK_FALSE(Adopt(secrets, told, kNow));
}

TEST_CASE("what a volume has kept is valid after a start with other passwords") {
  const EngineSecrets before = Succeed(Secrets("a", "m"), Secrets("b", "m"));
  const auto kept = ParseKeptPasswords(PrintKeptPasswords(Keep(before)));
  REQUIRE(kept);
  CHECK(*kept == Keep(before));
  EngineSecrets secrets = Secrets("c", "m");
  Restore(secrets, *kept, kNow);
  CHECK(ValidHashes(secrets, kClients) == Hashes{HashOf("c"), HashOf("a"), HashOf("b")});
  CHECK(ValidHashes(secrets, kMembers) == Hashes{HashOf("m")});
}

TEST_CASE("after a start passwords spread until all had them before it") {
  EngineSecrets before = Succeed(Secrets("a", "m"), Secrets("b", "m"));
  EngineSecrets secrets = Secrets("b", "m");
  Restore(secrets, Keep(before), kNow);
  CHECK(secrets.spreading);
  before.outgoing[0].ends = kNow + 5;
  secrets = Secrets("b", "m");
  Restore(secrets, Keep(before), kNow);
  CHECK_FALSE(secrets.spreading);
}

TEST_CASE("a file that is none is refused, and nothing of it is let in") {
  const auto* const text =
      GENERATE("", "{}", R"({"current": {"clients": ["abc"]}})", R"({"current": {"clients": 1}})",
               R"({"current": 1})",
               R"({"current": {}, "outgoing": [{"of": "clients", "hash": "nopass", "ends": 0}]})",
               R"({"current": {}, "outgoing": 1})");
  CHECK_FALSE(ParseKeptPasswords(text));
}

TEST_CASE("an account is let in with exactly the valid passwords, in a file and by command") {
  const EngineSecrets secrets = Succeed(Secrets("a", "m"), Secrets("b", "m"));
  const Account account{.name = "app", .of = kClients, .rights = {"+ping", "~*"}};
  CHECK(UserLine(account, secrets) ==
        "user app on #" + HashOf("b") + " #" + HashOf("a") + " +ping ~*\n");
  using Commands = std::vector<std::vector<std::string>>;
  const std::vector<std::string> command{
      "ACL", "SETUSER", "app", "reset", "on", "#" + HashOf("b"), "#" + HashOf("a"), "+ping", "~*"};
  CHECK(LetInCommands(account, secrets) == Commands{command});

  Account newer = account;
  newer.newer_rights = {"+of-tomorrow"};
  CHECK(UserLine(newer, secrets) == UserLine(account, secrets));
  CHECK(LetInCommands(newer, secrets) ==
        Commands{{"ACL", "SETUSER", "app", "reset", "on", "#" + HashOf("b"), "#" + HashOf("a"),
                  "+of-tomorrow"},
                 command});
}

constexpr const char* kInstallation = "0123456789abcdef";

EngineSecrets WithUser(const std::string& password) {
  EngineSecrets secrets = Secrets("a", "m");
  secrets.users.users = {{.name = "app", .hashes = {HashOf(password)}, .rules = {"~app:*"}}};
  return secrets;
}

TEST_CASE("a user's former password is valid beside the new one; a removed user's is not") {
  const EngineSecrets next = Succeed(WithUser("one"), WithUser("two"));
  CHECK(ValidHashes(next, "user app") == Hashes{HashOf("two"), HashOf("one")});
  CHECK(ValidHashes(next, kClients) == Hashes{HashOf("a")});
  CHECK(Succeed(next, Secrets("a", "m")).outgoing.empty());
}

TEST_CASE("a change of users alone moves no end of the passwords, and holds back no use of them") {
  Rotation rotation;
  rotation.secrets.users = WithUser("two").users;
  rotation.secrets.outgoing = {{.of = kClients, .hash = HashOf("a"), .ends = kNow + 5},
                               {.of = "user app", .hash = HashOf("one"), .ends = kNow + 5}};
  rotation.Told(1);
  EngineSecrets other = rotation.secrets;
  other.users = WithUser("one").users;
  SECTION("another one has other users") {}
  SECTION("another one has default") {
    other.users = rotation.secrets.users;
    other.default_user = false;
  }
  ToldPasswords& told = rotation.Told(2);
  told = {.digest = DigestOf(other), .without_users = DigestWithoutUsers(other), .uses = true};
  RotationStep step = rotation.Step();
  CHECK(step.behind.empty());
  CHECK(step.seen_behind.empty());
  REQUIRE(step.outgoing.size() == 2);
  CHECK(step.outgoing[0].ends == kNow + 5);
  CHECK(step.outgoing[1].ends == 0);  // it may be the one that the other still has
  CHECK_FALSE(WaitForServers(rotation.secrets, {{Rotation::Name(2), told}}, 1, milliseconds(0)));

  told.without_users = "";  // a version before tells of both together
  step = rotation.Step();
  CHECK(step.behind == std::vector<MemberName>{Rotation::Name(2)});
  CHECK(step.outgoing[0].ends == 0);

  other.password = "c";
  told = {.digest = DigestOf(other), .without_users = DigestWithoutUsers(other), .uses = true};
  CHECK(rotation.Step().seen_behind == std::vector<MemberName>{Rotation::Name(2)});
  CHECK(WaitForServers(rotation.secrets, {{Rotation::Name(2), told}}, 1, milliseconds(0)));
}

TEST_CASE("other rules of a user are another state of the passwords") {
  EngineSecrets other = WithUser("one");
  CHECK(other.SameAs(WithUser("one")));
  other.users.users[0].rules = {"~other:*"};
  CHECK_FALSE(other.SameAs(WithUser("one")));
  CHECK(DigestOf(other) != DigestOf(WithUser("one")));
  EngineSecrets without = WithUser("one");
  without.default_user = false;
  CHECK_FALSE(without.SameAs(WithUser("one")));
  CHECK(DigestOf(without) != DigestOf(WithUser("one")));
}

TEST_CASE("at a sentinel a user is off, or needs no password, as it is at a server") {
  const Identity identity{.installation = kInstallation, .name_space = "ns", .release = "r"};
  EngineSecrets secrets = WithUser("one");
  secrets.users.users[0].rules = {"off", "nopass", "~*"};
  const std::vector<std::string> rights = AccountsAtSentinel(identity, secrets).back().rights;
  CHECK(std::ranges::contains(rights, "off"));
  CHECK(std::ranges::contains(rights, "nopass"));
}

TEST_CASE("the members' password opens no account that may do everything") {
  const Identity identity{.installation = kInstallation, .name_space = "ns", .release = "r"};
  const EngineSecrets secrets = Secrets("a", "m");
  for (const auto& accounts :
       {ServerAccounts(identity, secrets), AccountsAtSentinel(identity, secrets)}) {
    for (const Account& account : accounts) {
      if (UserLine(account, secrets).contains(HashOf("m"))) {
        CHECK_FALSE(std::ranges::contains(account.rights, "+@all"));
      }
    }
  }
}

TEST_CASE("a user has its rules at a server, and asks a sentinel who leads") {
  const Identity identity{.installation = kInstallation, .name_space = "ns", .release = "r"};
  const EngineSecrets secrets = WithUser("one");
  CHECK(UserLine(ServerAccounts(identity, secrets).back(), secrets) ==
        "user app on #" + HashOf("one") + " ~app:*\n");
  const Account account = AccountsAtSentinel(identity, secrets).back();
  CHECK(account.name == "app");
  CHECK(std::ranges::contains(account.rights, "-@all"));
  CHECK_FALSE(std::ranges::contains(account.rights, "~app:*"));
}

TEST_CASE("the program's account stays when `default` is switched off") {
  const Identity identity{.installation = kInstallation, .name_space = "ns", .release = "r"};
  EngineSecrets secrets = WithUser("one");
  secrets.default_user = false;
  for (const auto& accounts :
       {ServerAccounts(identity, secrets), AccountsAtSentinel(identity, secrets)}) {
    CHECK(UserLine(accounts[0], secrets).starts_with("user default off "));
    CHECK(UserLine(accounts[1], secrets).starts_with("user bowline-0123456789abcdef on "));
  }
}

TEST_CASE("clients have all users but the members' own accounts") {
  const Identity identity{.installation = kInstallation, .name_space = "ns", .release = "r"};
  CHECK(ClientUsers({"default", "bowline-0123456789abcdef", "app", "bowline-of-another"},
                    identity) == std::vector<std::string>{"default", "app", "bowline-of-another"});
}

}  // namespace
}  // namespace bowline
