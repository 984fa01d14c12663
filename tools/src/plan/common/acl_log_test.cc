#include "plan/common/acl_log.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

namespace bowline {
namespace {

using Entry = std::map<std::string, std::string, std::less<>>;

/// As redis 8.0 and Valkey 9.1 have it.
Entry Refused() {
  return {
      {"count", "2"},
      {"reason", "command"},
      {"context", "toplevel"},
      {"object", "config|set"},
      {"username", "app"},
      {"age-seconds", "12.75"},
      {"client-info", "id=7 addr=10.0.0.9:4711 laddr=10.0.0.1:6379 fd=9 name=addr=forged user=app"},
      {"entry-id", "3"},
      {"timestamp-created", "1"}};
}

TEST_CASE("an entry: who was refused what, how often and when") {
  const auto log = ReadAclLog({Refused()}, {});
  REQUIRE(log.size() == 1);
  CHECK(log[0] == AclDenial{.reason = "command",
                            .context = "toplevel",
                            .object = "config|set",
                            .user = "app",
                            .client = "10.0.0.9:4711",
                            .count = 2,
                            .age_seconds = 12});
}

TEST_CASE("names of keys and channels are left out, and what newer engines may refuse") {
  const auto [reason, object] = GENERATE(table<std::string, std::string>(
      {{"key", "a key"}, {"channel", "a channel"}, {"database", "-"}, {"", "-"}}));
  Entry entry = Refused();
  entry["reason"] = reason;
  entry["object"] = "customer-4711";
  const auto log = ReadAclLog({entry}, {});
  REQUIRE(log.size() == 1);
  CHECK(log[0].object == object);
  CHECK(log[0].reason == reason);
}

TEST_CASE("the name of a login is told when a user has it: else it may be a password") {
  Entry entry = Refused();
  entry["reason"] = "auth";
  entry["object"] = "AUTH";
  CHECK(ReadAclLog({entry}, {"app", "default"}).at(0).user == "app");
  entry["username"] = "first-secret";
  const AclDenial denial = ReadAclLog({entry}, {"app", "default"}).at(0);
  CHECK(denial.user == "-");
  CHECK(denial.object == "AUTH");
}

TEST_CASE("texts are printable and short, and there are ten entries at most") {
  Entry entry = Refused();
  entry["username"] = "\x1b]0;title\x07" + std::string(1000, 'u') + "\xff";
  const auto log = ReadAclLog(std::vector<Entry>(50, entry), {});
  REQUIRE(log.size() == 10);
  CHECK(log[0].user.starts_with("\\x1b]0;title\\x07uuu"));
  CHECK(log[0].user.ends_with("uuu\\xff"));
  CHECK(log[0].user.size() < 100);
}

TEST_CASE("what is missing, or no number, is not told") {
  Entry broken = Refused();
  broken["count"] = "many";
  broken["age-seconds"] = "-1";
  broken["client-info"] = "id=7";
  const auto log = ReadAclLog({{}, broken}, {});
  REQUIRE(log.size() == 2);
  CHECK(log[0] == AclDenial{.object = "-"});
  CHECK(log[1].count == 0);
  CHECK(log[1].age_seconds == -1);
  CHECK(log[1].client.empty());
}

TEST_CASE("for programs") {
  JsonWriter json;
  json.BeginObject();
  WriteAclLog(json, "aclLog", ReadAclLog({Refused()}, {}));
  json.EndObject();
  CHECK(json.Take() ==
        R"({"aclLog":[{"reason":"command","context":"toplevel","object":"config|set","user":"app",)"
        R"("client":"10.0.0.9:4711","count":2,"ageSeconds":12}]})");
}

}  // namespace
}  // namespace bowline
