#include "sys/resolve.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <set>

#include "sys/random_hex.h"
#include "sys/stable_choice.h"
#include "testing/dns.h"
#include "testing/sys.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::FakeDns;
using testing::Soon;

constexpr const char* kOwn = "10.244.1.5";
constexpr const char* kOwnSix = "fd00:10::5";

TEST_CASE("an address is its own answer") {
  CHECK(Resolve("10.96.0.7", Soon()) == std::vector<std::string>{"10.96.0.7"});
  CHECK(Resolve("fd00::7", Soon()) == std::vector<std::string>{"fd00::7"});
  CHECK(Resolve("10.96.0.7", Soon(), kOwnSix) == std::vector<std::string>{"10.96.0.7"});
}

TEST_CASE("addresses of one family are enough, and those of the other one when there are none") {
  FakeDns dns;
  dns.Add("both.ns.svc", {"10.96.0.7", "fd00::7"});
  dns.Add("six.ns.svc", {"fd00::8"});
  CHECK(Resolve("both.ns.svc.", Soon(), kOwn, dns.conf()) == std::vector<std::string>{"10.96.0.7"});
  CHECK(dns.questions() == 1);
  CHECK(Resolve("BOTH.ns.svc.", Soon(), kOwnSix, dns.conf()) ==
        std::vector<std::string>{"fd00::7"});
  CHECK(Resolve("six.ns.svc.", Soon(), kOwn, dns.conf()) == std::vector<std::string>{"fd00::8"});
  CHECK(Resolve("both.ns.svc.", Soon(), "", dns.conf())->size() == 2);
}

TEST_CASE("a name that does not exist is not found, and one without addresses neither") {
  FakeDns dns;
  dns.Add("empty.ns.svc", {});
  for (const char* host : {"absent.ns.svc.", "empty.ns.svc."}) {
    const auto result = Resolve(host, Soon(), kOwn, dns.conf());
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Code::kNotFound);
    CHECK_THAT(result.error().message, ContainsSubstring(host));
  }
  CHECK(Resolve(std::string(300, 'x'), Soon()).error().code == Code::kInvalidArgument);
}

TEST_CASE("a server that fails, or is not there, is an error at once") {
  FakeDns dns;
  dns.Fail();
  const auto start = std::chrono::steady_clock::now();
  CHECK(Resolve("x.ns.svc.", Soon(), kOwn, dns.conf()).error().code == Code::kUnavailable);
  const testing::TempFolder folder;
  testing::Spill(folder / "resolv.conf", "nameserver 127.53.255.99\n");
  const auto nobody = Resolve("x.ns.svc.", Soon(), kOwn, folder / "resolv.conf");
  CHECK(nobody.error().code == Code::kUnavailable);
  CHECK(Since(start) < Milliseconds(4000));
}

TEST_CASE("no answer in time") {
  FakeDns dns;
  dns.Hush("x.ns.svc", 1000);
  const auto start = std::chrono::steady_clock::now();
  const auto late = Resolve("x.ns.svc.", Deadline::In(Milliseconds(300)), kOwn, dns.conf());
  REQUIRE_FALSE(late);
  CHECK(late.error().code == Code::kDeadlineExceeded);
  CHECK(Since(start) < Milliseconds(2000));
  CHECK(Resolve("x.ns.svc.", Deadline::In(Milliseconds(0)), kOwn, dns.conf()).error().code ==
        Code::kDeadlineExceeded);
}

TEST_CASE("of thirty names three hang: the others are told, and these when they are asked again") {
  FakeDns dns;
  std::vector<std::string> hosts;
  for (int i = 0; i < 30; ++i) {
    const std::string name = std::format("m-{}.ns.svc", i);
    dns.Add(name, {std::format("10.96.0.{}", i)});
    if (i < 2) dns.Hush(name, 1);
    if (i == 2) dns.Hush(name, 1000);
    hosts.push_back(name + ".");
  }
  const auto answers = ResolveAll(hosts, Deadline::In(Milliseconds(1500)), kOwn, dns.conf());
  REQUIRE(answers.size() == hosts.size());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    CAPTURE(i);
    CHECK(answers[i].has_value() == (i != 2));
    if (i != 2) CHECK(*answers[i] == std::vector<std::string>{std::format("10.96.0.{}", i)});
  }
}

TEST_CASE("a name server that is no address is passed over at once") {
  FakeDns dns;
  dns.Add("x.ns.svc", {"10.96.0.7"});
  const testing::TempFolder folder;
  testing::Spill(folder / "resolv.conf", "nameserver fe80::1%eth0\nnameserver " + dns.ip() + "\n");
  CHECK(Resolve("x.ns.svc.", Deadline::In(Milliseconds(2000)), kOwn, folder / "resolv.conf") ==
        std::vector<std::string>{"10.96.0.7"});
}

TEST_CASE("one of two name servers is dead: the other one is asked next") {
  FakeDns dead;
  FakeDns dns;
  dead.Hush("x.ns.svc", 1000);
  dns.Add("x.ns.svc", {"10.96.0.7"});
  const testing::TempFolder folder;
  testing::Spill(folder / "resolv.conf",
                 "nameserver " + dead.ip() + "\nnameserver " + dns.ip() + "\n");
  CHECK(Resolve("x.ns.svc.", Deadline::In(Milliseconds(5000)), kOwn, folder / "resolv.conf") ==
        std::vector<std::string>{"10.96.0.7"});
}

TEST_CASE("one of a Service's two addresses, whichever comes first") {
  const std::vector<std::string> both{"10.96.0.7", "fd00::7"};
  const std::vector<std::string> turned{"fd00::7", "10.96.0.7"};
  for (const auto& answer : {both, turned}) {
    CHECK(StableChoice(answer, "10.244.1.5") == "10.96.0.7");
    CHECK(StableChoice(answer, "fd00:10::5") == "fd00::7");
    CHECK(StableChoice(answer, "") == "10.96.0.7");
  }
  CHECK(StableChoice({"fd00::7"}, "10.244.1.5") == "fd00::7");
  CHECK(StableChoice({"10.0.0.9", "10.0.0.8"}, "10.244.1.5") == "10.0.0.8");
  CHECK(StableChoice({}, "10.244.1.5").empty());
}

TEST_CASE("random text is random") {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string text = RandomHex();
    CHECK(text.size() == 32);
    CHECK(text.find_first_not_of("0123456789abcdef") == std::string::npos);
    seen.insert(text);
  }
  CHECK(seen.size() == 100);
  CHECK(RandomHex(3).size() == 6);
}

}  // namespace
}  // namespace bowline
