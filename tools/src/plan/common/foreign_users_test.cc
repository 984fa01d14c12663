#include "plan/common/foreign_users.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

namespace bowline {
namespace {

using Texts = std::vector<std::string>;

const std::vector<Account> kAccounts{
    {.name = "default", .of = "", .rights = {}},
    {.name = "bowline-abc", .of = "", .rights = {}},
    {.name = "app", .of = "", .rights = {}, .of_user = true},
};
const Texts kOwn{"user default on #1 ~* &* +@all", "user bowline-abc on #1 ~* &* +@all",
                 "user app on #2 ~app:* +get"};

Texts With(Texts list, const std::string& line) {
  list.push_back(line);
  return list;
}

TEST_CASE("accounts of the program and declared users are not foreign") {
  const ForeignUsers found = FindForeign(kOwn, kAccounts);
  CHECK(found.names.empty());
  CHECK(found.kept.empty());
  CHECK(found.unfit.empty());
}

TEST_CASE("a user made by hand is kept as the engine prints it") {
  const std::string line = "user hand on sanitize-payload #3 ~* resetchannels -@all +get (%R~x +set)";
  const ForeignUsers found = FindForeign(With(kOwn, line), kAccounts);
  CHECK(found.names == Texts{"hand"});
  CHECK(found.kept == line + "\n");
  const auto users = UsersToMake(found.kept, kOwn, kAccounts);
  REQUIRE(users.size() == 1);
  CHECK(users[0].name == "hand");
  CHECK(users[0].command == Texts{"ACL", "SETUSER", "hand", "reset", "on", "sanitize-payload",
                                  "#3", "~*", "resetchannels", "-@all", "+get", "(%R~x", "+set)"});
}

TEST_CASE("names of the program's accounts are never kept, also not those of another installation") {
  const std::string name = GENERATE("replication-old", "bowline-old", "sentinel-x", "peer-x");
  const std::string line = "user " + name + " on nopass ~* +@all";
  const ForeignUsers found = FindForeign(With(kOwn, line), kAccounts);
  CHECK(found.names == Texts{name});
  CHECK(found.unfit == Texts{name});
  CHECK(found.kept.empty());
  CHECK(UsersToMake(line, kOwn, kAccounts).empty());
}

TEST_CASE("a kept user that is declared by now, or that the process has, is not made") {
  CHECK(UsersToMake("user app on nopass ~* +@all\n", {}, kAccounts).empty());
  CHECK(UsersToMake("user hand on nopass ~* +@all\n", With(kOwn, "user hand off"), kAccounts)
            .empty());
}

TEST_CASE("what is no line of a user makes none") {
  CHECK(UsersToMake(GENERATE("", "\n\n", "user", "hand on", "user default on nopass +@all",
                             "acl setuser hand on"),
                    kOwn, kAccounts)
            .empty());
}

}  // namespace
}  // namespace bowline
