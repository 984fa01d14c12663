#include "plan/common/foreign_users.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <format>

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
  const std::string line =
      "user hand on sanitize-payload #3 ~* resetchannels -@all +get (%R~x +set)";
  const ForeignUsers found = FindForeign(With(kOwn, line), kAccounts);
  CHECK(found.names == Texts{"hand"});
  CHECK(found.kept == KeptUsers{{"hand", line}});
  const auto read = ParseKeptUsers(PrintKeptUsers(found.kept));
  REQUIRE(read);
  const auto users = UsersToMake(*read, kOwn, kAccounts);
  REQUIRE(users.size() == 1);
  CHECK(users[0].name == "hand");
  CHECK(users[0].command == Texts{"ACL", "SETUSER", "hand", "reset", "on", "sanitize-payload", "#3",
                                  "~*", "resetchannels", "-@all", "+get", "(%R~x", "+set)"});
}

TEST_CASE(
    "names of the program's accounts are never kept, also not those of another installation") {
  const std::string name = GENERATE("replication-old", "bowline-old", "sentinel-x", "peer-x");
  const std::string line = "user " + name + " on nopass ~* +@all";
  const ForeignUsers found = FindForeign(With(kOwn, line), kAccounts);
  CHECK(found.names == Texts{name});
  CHECK(found.unfit == Texts{name});
  CHECK(found.kept.empty());
  CHECK(UsersToMake({line}, kOwn, kAccounts).empty());
}

TEST_CASE("a kept user that is declared by now, or that the process has, is not made") {
  CHECK(UsersToMake({"user app on nopass ~* +@all"}, {}, kAccounts).empty());
  CHECK(UsersToMake({"user hand on nopass ~* +@all"}, With(kOwn, "user hand off"), kAccounts)
            .empty());
}

TEST_CASE("a user that is declared by now, or that was removed, is kept no longer") {
  std::vector<Account> accounts = kAccounts;
  accounts.push_back({.name = "hand", .of = "", .rights = {}, .of_user = true});
  CHECK(FindForeign(With(kOwn, "user hand on #3 ~* +@all"), accounts).kept.empty());
  const auto none = ParseKeptUsers(PrintKeptUsers(FindForeign(kOwn, kAccounts).kept));
  REQUIRE(none);
  CHECK(none->empty());
}

TEST_CASE("what is no line of a user makes none") {
  const std::string line =
      GENERATE("", "user", "hand on", "user default on nopass +@all", "acl setuser hand on");
  CHECK(UsersToMake({line}, kOwn, kAccounts).empty());
}

TEST_CASE("of a damaged file nothing is used, as half a line may allow more than the whole one") {
  const std::string whole = PrintKeptUsers({{"hand", "user hand on #3 ~* +@all -@dangerous"}});
  REQUIRE(ParseKeptUsers(whole));
  const auto refused = [](const std::string& text) {
    const auto read = ParseKeptUsers(text);
    return !read && read.error().code == Code::kDataLoss;
  };
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(refused(whole.substr(0, size)));
  }
  CHECK(refused(whole + "user other on nopass ~* +@all\n"));
  CHECK(refused("user hand on #3 ~* +@all\n"));  // an aclfile of somebody's
  CHECK(refused("# bowline-users 2" + whole.substr(17)));
  CHECK(refused(std::string(4096, '\0')));
}

/// Servers that run and keep these users.
Reports Keeping(const std::vector<KeptUsers>& kept) {
  Reports reports;
  for (int i = 0; const KeptUsers& users : kept) {
    Report& report = reports[{.ordinal = i++, .kind = MemberKind::kServer}];
    report.phase = Phase::kRunning;
    report.kept_users = DigestsOf(users, "key");
  }
  return reports;
}

TEST_CASE("a user that not all servers keep alike is told") {
  const KeptUsers hand{{"hand", "user hand on #3 ~* +get"}};
  CHECK(DescribeKeptUsers({}).empty());
  CHECK(DescribeKeptUsers(Keeping({hand, hand})).empty());

  Reports reports = Keeping({hand, hand, {}});
  auto warnings = DescribeKeptUsers(reports);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].starts_with(
      "user hand, made by hand, is kept by server-0, server-1 and unknown to server-2: "));

  warnings = DescribeKeptUsers(Keeping({hand, {{"hand", "user hand on #4 ~* +get"}}}));
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].starts_with(
      "user hand, made by hand, has other rules or passwords on some of server-0, server-1. "));

  Report& last = reports.at({.ordinal = 2, .kind = MemberKind::kServer});
  SECTION("not of a member that is about to make its own") { last.phase = Phase::kGuard; }
  SECTION("not of an older program") { last.kept_users.reset(); }
  SECTION("not of a sentinel, which has users of its own") {
    reports[{.ordinal = 0, .kind = MemberKind::kSentinel}] = last;
    reports.erase({.ordinal = 2, .kind = MemberKind::kServer});
  }
  CHECK(DescribeKeptUsers(reports).empty());
}

TEST_CASE("a report that has no room for all kept users names none as unknown") {
  KeptUsers full;
  for (std::size_t i = 0; i < kMostKeptTold; ++i) full[std::format("a{:02}", i)] = "user";
  KeptUsers others = full;
  others["b"] = "user b";
  CHECK(DescribeKeptUsers(Keeping({full, others})).empty());
  others["a00b"] = "user a00b";
  CHECK(DescribeKeptUsers(Keeping({full, others})).size() == 1);
}

TEST_CASE("digests of kept users tell nothing without the members' key") {
  const KeptUsers hand{{"hand", "user hand on #3 ~* +get"}};
  const auto digests = DigestsOf(hand, "key");
  REQUIRE(digests.contains("hand"));
  CHECK(digests.at("hand").size() == 16);
  CHECK(digests != DigestsOf(hand, "other"));
}

}  // namespace
}  // namespace bowline
