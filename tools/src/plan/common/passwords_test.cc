#include "plan/common/passwords.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

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
  CHECK(KeysOf(next) == PeerKeys{"key n", "key m"});
  CHECK(ValidHashes(next, kPeerKey).size() == 2);  // it has an end like the others
  next.former.clear();
  CHECK(KeysOf(next) == PeerKeys{"key n"});
  CHECK(KeysOf(Succeed(Secrets("a", "m"), Secrets("b", "m"))) == PeerKeys{"key m"});
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

struct Rotation {
  EngineSecrets secrets = Succeed(Secrets("a", "m"), Secrets("b", "m"));
  RotationLook look{.now = kNow, .keep_for = 60, .told = {}};

  void Told(int ordinal, const std::string& digest) {
    look.told[{.ordinal = ordinal, .kind = MemberKind::kServer}] = digest;
  }
  std::int64_t Ends() {
    const RotationStep step = PlanRotation(secrets, look);
    REQUIRE(step.outgoing.size() == 1);
    return step.outgoing[0].ends;
  }
};

TEST_CASE("a former password ends some time after all that answer have the new one") {
  Rotation rotation;
  rotation.Told(1, DigestOf(rotation.secrets));
  rotation.Told(2, DigestOf(rotation.secrets));
  CHECK(rotation.Ends() == kNow + 60);
  SECTION("or nobody else is there") {
    rotation.look.told.clear();
    CHECK(rotation.Ends() == kNow + 60);
  }
  SECTION("not while one has another one, or does not tell it") {
    rotation.Told(2, GENERATE("0123456789abcdef", ""));
    CHECK(rotation.Ends() == 0);
    CHECK(PlanRotation(rotation.secrets, rotation.look).behind ==
          std::vector<MemberName>{{.ordinal = 2, .kind = MemberKind::kServer}});
  }
}

TEST_CASE("the end does not move, and comes at its time") {
  Rotation rotation;
  rotation.Told(1, DigestOf(rotation.secrets));
  rotation.secrets.outgoing[0].ends = kNow + 60;
  rotation.look.now = kNow + 59;
  CHECK(rotation.Ends() == kNow + 60);
  CHECK_FALSE(PlanRotation(rotation.secrets, rotation.look).ended);
  rotation.look.now = kNow + 60;
  CHECK(PlanRotation(rotation.secrets, rotation.look).ended);
  CHECK(PlanRotation(rotation.secrets, rotation.look).outgoing.empty());
}

TEST_CASE("a member that answers with other passwords takes the end back, also at its time") {
  Rotation rotation;
  rotation.Told(1, "0123456789abcdef");
  rotation.secrets.outgoing[0].ends = kNow;
  CHECK(rotation.Ends() == 0);
  CHECK_FALSE(PlanRotation(rotation.secrets, rotation.look).ended);
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

TEST_CASE("a file that is none is refused, and nothing of it is let in") {
  const auto* const text =
      GENERATE("", "{}", R"({"current": {"clients": ["abc"]}})", R"({"current": {"clients": 1}})", R"({"current": 1})",
               R"({"current": {}, "outgoing": [{"of": "clients", "hash": "nopass", "ends": 0}]})",
               R"({"current": {}, "outgoing": 1})");
  CHECK_FALSE(ParseKeptPasswords(text));
}

TEST_CASE("an account is let in with exactly the valid passwords, in a file and by command") {
  const EngineSecrets secrets = Succeed(Secrets("a", "m"), Secrets("b", "m"));
  const Account account{.name = "app", .of = {kClients}, .rights = {"+ping", "~*"}};
  CHECK(UserLine(account, secrets) ==
        "user app on #" + HashOf("b") + " #" + HashOf("a") + " +ping ~*\n");
  CHECK(LetInCommand(account, secrets) ==
        std::vector<std::string>{"ACL", "SETUSER", "app", "reset", "on", "#" + HashOf("b"),
                                 "#" + HashOf("a"), "+ping", "~*"});
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
                    identity) ==
        std::vector<std::string>{"default", "app", "bowline-of-another"});
}

}  // namespace
}  // namespace bowline
