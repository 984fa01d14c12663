#include "model/users.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "base/digest.h"

namespace bowline {
namespace {

Result<std::string> Text(const std::string& key) {
  if (key == "app") return "of the Secret";
  return Fail(Code::kNotFound, "no key {}", key);
}

using Words = std::vector<std::string>;

TEST_CASE("users of the chart have rules, hashes, and passwords of a Secret") {
  const std::string hash = Sha256Hex("one");
  const auto declared = ParseUsers(
      R"x({"revision": "r1", "users": [{"name": "app", "rules": "~app:*  (+get ~x) -@all",
          "hashes": [")x" +
          hash + R"("], "keys": ["app"]}]})",
      &Text);
  REQUIRE(declared);
  CHECK(declared->revision == "r1");
  REQUIRE(declared->users.size() == 1);
  const DeclaredUser& user = declared->users[0];
  CHECK(user.name == "app");
  CHECK(user.rules == Words{"~app:*", "(+get", "~x)", "-@all"});
  CHECK(user.hashes == Words{hash, Sha256Hex("of the Secret")});
  CHECK(PasswordOf(user) == "user app");
}

TEST_CASE("a user that cannot be is refused with its name") {
  const auto* const user =
      GENERATE(R"("name": "app", "rules": ">secret", "hashes": [], "keys": [])",
               R"("name": "app", "rules": "#abc", "hashes": [], "keys": [])",
               R"("name": "app", "rules": "resetpass", "hashes": [], "keys": [])",
               R"("name": "app", "rules": "secret", "hashes": [], "keys": [])",
               R"x("name": "app", "rules": "(+get secret)", "hashes": [], "keys": [])x",
               R"("name": "app", "rules": "~'x'", "hashes": [], "keys": [])",
               R"("name": "app", "rules": "", "hashes": ["abc"], "keys": [])");
  const auto declared =
      ParseUsers(std::string(R"({"revision": "", "users": [{)") + user + "}]}", &Text);
  REQUIRE_FALSE(declared);
  CHECK(declared.error().message.contains("app"));
  CHECK_FALSE(declared.error().message.contains("secret"));
}

TEST_CASE("a user whose password is away is left out, and the others are there") {
  const auto declared = ParseUsers(
      R"({"revision": "", "users": [{"name": "app", "rules": "~*", "hashes": [], "keys": ["other"]},
          {"name": "reader", "rules": "~*", "hashes": [], "keys": ["app"]}]})",
      &Text);
  REQUIRE(declared);
  CHECK(declared->problem.contains("app: no key other"));
  REQUIRE(declared->users.size() == 1);
  CHECK(declared->users[0].name == "reader");
}

TEST_CASE("an empty password is none") {
  CHECK_FALSE(ParseUsers(R"({"revision": "", "users": [{"name": "app", "rules": "~*",
      "hashes": [")" + Sha256Hex("") +
                             R"("], "keys": []}]})",
                         &Text));
  CHECK_FALSE(ParseUserLines("user app on #" + Sha256Hex("") + " ~*"));
}

TEST_CASE("a file that is none is refused") {
  CHECK_FALSE(ParseUsers(GENERATE("", "[]", R"({"revision": "", "users": [{"name": 1}]})",
                                  R"({"revision": "", "users": [{"nam": "x"}]})"),
                         &Text));
}

TEST_CASE("lines as the engines print them") {
  const std::string hash = Sha256Hex("two");
  const auto users = ParseUserLines("# a comment\n\nuser app on >one #" + hash +
                                    " sanitize-payload ~* &* +@all\r\nuser reader off\n");
  REQUIRE(users);
  REQUIRE(users->size() == 2);
  CHECK((*users)[0].hashes == Words{Sha256Hex("one"), hash});
  CHECK((*users)[0].rules == Words{"on", "sanitize-payload", "~*", "&*", "+@all"});
  CHECK((*users)[1].rules == Words{"off"});
}

TEST_CASE("a line that declares no user is refused with its number, and tells no password") {
  const auto* const line =
      GENERATE("acl setuser app on", "user", "user app <secret", "user app >", "user app #secret",
               "user app reset", "user app on>secret", "user app >my secret");
  const auto users = ParseUserLines(std::string("\n") + line);
  REQUIRE_FALSE(users);
  CHECK(users.error().message.contains("line 2"));
  CHECK_FALSE(users.error().message.contains("secret"));
}

TEST_CASE("names of the program and of default are nobody else's; none stands twice") {
  const auto check = [](const std::string& name) {
    return CheckUsers(
        {{.name = "app", .hashes = {}, .rules = {}}, {.name = name, .hashes = {}, .rules = {}}});
  };
  CHECK(check("reader"));
  CHECK(check("my-bowline"));
  CHECK_FALSE(check(GENERATE("", "default", "bowline-x", "replication-x", "sentinel-x", "peer-x",
                             "app", "two words", "\xc3\xa4")));
  CHECK_FALSE(check(std::string(65, 'x')));
}

}  // namespace
}  // namespace bowline
