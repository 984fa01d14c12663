#include "model/endpoint.h"

#include <catch2/catch_test_macros.hpp>

namespace bowline {
namespace {

TEST_CASE("addresses become canonical") {
  CHECK(ParseIp("10.96.0.7") == "10.96.0.7");
  CHECK(ParseIp("FD00:0:0::0001") == "fd00::1");
  CHECK(ParseIp("::ffff:10.0.0.1") == "::ffff:10.0.0.1");
  for (const std::string_view bad : {"", "10.96.0", "10.96.0.256", "010.1.1.1", "10.0.0.1 ",
                                     "localhost", "fd00:::1", "[::1]", "fe80::1%eth0", "1"}) {
    CAPTURE(bad);
    CHECK_FALSE(ParseIp(bad));
  }
  CHECK_FALSE(ParseIp(std::string_view("10.0.0.1\0.evil", 14)));
}

TEST_CASE("endpoints are there and back the same") {
  for (const std::string text : {"10.96.0.7:6379@16379", "fd00::1:6379@16379", ":6379@16379",
                                 ":0@0", "::1:1@65535", "1.2.3.4:65535@1"}) {
    const auto endpoint = Endpoint::Parse(text);
    REQUIRE(endpoint);
    CHECK(endpoint->ToString() == text);
  }
  CHECK(Endpoint::Parse("fd00::1:6379@7000") ==
        Endpoint{.ip = "fd00::1", .port = 6379, .bus_port = 7000});
}

TEST_CASE("a missing bus port is the client port and 10000") {
  CHECK(Endpoint::Parse("1.2.3.4:6379")->bus_port == 16379);
  CHECK_FALSE(Endpoint::Parse("1.2.3.4:55536"));
}

TEST_CASE("what is no endpoint is refused") {
  for (const std::string_view bad :
       {"", "1.2.3.4", "1.2.3.4:", "1.2.3.4:x@1", "1.2.3.4:1@", "1.2.3.4:1@x", "1.2.3.4:65536@1",
        "1.2.3.4:1@65536", "1.2.3.4:-1@1", "host:1@1", "1.2.3.4:1@1@1", "1.2.3.4@1:1", "@", ":@"}) {
    CAPTURE(bad);
    const auto endpoint = Endpoint::Parse(bad);
    REQUIRE_FALSE(endpoint);
    CHECK(endpoint.error().code == Code::kInvalidArgument);
  }
}

}  // namespace
}  // namespace bowline
