#include "sys/dns_message.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/dns.h"

namespace bowline {
namespace {

using testing::DnsAnswer;

std::string Question(DnsFamily family = DnsFamily::kIpv4) {
  const auto question = DnsQuestion("a.ns.svc.", family);
  REQUIRE(question);
  return *question;
}

TEST_CASE("an answer is of the question, or it is none") {
  const std::string question = Question();
  const std::string answer = DnsAnswer(question, 0, {"10.96.0.7", "10.96.0.8"});
  CHECK(ReadDnsAnswer(question, answer) == std::vector<std::string>{"10.96.0.7", "10.96.0.8"});
  std::string other = answer;
  SECTION("another id") { other[0] = static_cast<char>(other[0] + 1); }
  SECTION("a question") { other[2] = 1; }
  SECTION("another name") { other[13] = 'b'; }
  SECTION("another type") { other[question.size() - 3] = 28; }
  SECTION("nothing") { other.clear(); }
  CHECK(ReadDnsAnswer(question, other).error().code == Code::kInvalidArgument);
}

TEST_CASE("each question has an id of its own") {
  int same = 0;
  for (int i = 0; i < 20; ++i) same += Question() == Question() ? 1 : 0;
  CHECK(same <= 1);
}

TEST_CASE("what a server says") {
  const std::string question = Question(DnsFamily::kIpv6);
  CHECK(ReadDnsAnswer(question, DnsAnswer(question, 0, {"fd00::7"})) ==
        std::vector<std::string>{"fd00::7"});
  CHECK(ReadDnsAnswer(question, DnsAnswer(question, 0, {}))->empty());
  CHECK(ReadDnsAnswer(question, DnsAnswer(question, 3, {})).error().code == Code::kNotFound);
  CHECK(ReadDnsAnswer(question, DnsAnswer(question, 2, {})).error().code == Code::kUnavailable);
  CHECK(ReadDnsAnswer(question, DnsAnswer(question, 5, {})).error().code == Code::kUnavailable);
}

TEST_CASE("an answer that is cut anywhere has no wrong address") {
  const std::string question = Question();
  const std::string answer = DnsAnswer(question, 0, {"10.96.0.7", "10.96.0.8"});
  for (std::size_t size = 0; size < answer.size(); ++size) {
    const auto read = ReadDnsAnswer(question, std::string_view(answer).substr(0, size));
    if (!read) continue;
    for (const std::string& address : *read) CHECK(address.starts_with("10.96.0."));
  }
}

TEST_CASE("the name servers of resolv.conf") {
  CHECK(DnsServers("search a b\nnameserver 10.96.0.10\noptions ndots:5\n") ==
        std::vector<std::string>{"10.96.0.10"});
  CHECK(DnsServers("nameserver\tfd00::a \nnameserver 10.0.0.1\nnameservers 10.0.0.2\n"
                   "# nameserver 10.0.0.3\nnameserver 10.0.0.4\nnameserver 10.0.0.5\n") ==
        std::vector<std::string>{"fd00::a", "10.0.0.1", "10.0.0.4"});
  CHECK(DnsServers("") == std::vector<std::string>{"127.0.0.1"});
}

}  // namespace
}  // namespace bowline
