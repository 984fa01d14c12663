#include "model/client_list.h"

#include <catch2/catch_test_macros.hpp>

namespace bowline {
namespace {

// Of redis 8.0 and of valkey 9.1, shortened.
constexpr const char* kList =
    "id=5 addr=10.78.1.5:43210 laddr=10.78.2.7:6379 fd=9 name= age=3 flags=S db=0 cmd=replconf "
    "user=replication-0a resp=2\n"
    "id=7 addr=[fd00::5]:40000 laddr=[fd00::7]:6379 fd=10 name=sentinel-0123abcd-pubsub age=1 "
    "flags=P user=sentinel-0a "
    "redir=-1\r\n"
    "nonsense\n";

TEST_CASE("lines of CLIENT LIST") {
  const auto clients = ParseClientList(kList);
  REQUIRE(clients.size() == 2);
  CHECK(clients[0].address == "10.78.1.5:43210");
  CHECK(clients[0].local == "10.78.2.7:6379");
  CHECK(clients[0].name.empty());
  CHECK(clients[0].user == "replication-0a");
  CHECK(clients[0].id == "5");
  CHECK(clients[0].flags == "S");
  CHECK(clients[0].command == "replconf");
  CHECK(clients[1].address == "[fd00::5]:40000");
  CHECK(clients[1].name == "sentinel-0123abcd-pubsub");
  CHECK(ParseClientList("").empty());
}

TEST_CASE("who waits in a command, and who for the end of a pause") {
  CHECK(ClientLine{.flags = "b", .command = "blpop"}.WaitsInCommand());
  CHECK(ClientLine{.flags = "xb", .command = "xread"}.WaitsInCommand());
  CHECK_FALSE(ClientLine{.flags = "b", .command = "set"}.WaitsInCommand());
  CHECK_FALSE(ClientLine{.flags = "N", .command = "blpop"}.WaitsInCommand());
  CHECK_FALSE(ClientLine{}.WaitsInCommand());
}

}  // namespace
}  // namespace bowline
