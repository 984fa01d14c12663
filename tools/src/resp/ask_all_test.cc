// One question to several engines at once, some of which do not answer.

#include <arpa/inet.h>
#include <linux/net_tstamp.h>
#include <sys/socket.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "testing/resp.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::Engine;
using testing::FreePort;
using testing::Soon;

RespClient::Errand To(int port, std::vector<std::string> words, const std::string& password = "") {
  return {.ip = Engine::kIp,
          .port = port,
          .credentials = {.user = "default", .password = password},
          .words = std::move(words)};
}

TEST_CASE("all answer, in their order, and their connections go on") {
  const std::string program = GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER);
  const Engine one(program);
  const Engine two(program);
  REQUIRE(two.Connect().ConfigSet("requirepass", "secret", Soon()));
  std::vector<RespClient::Errand> errands;
  errands.push_back(To(one.port(), {"CONFIG", "GET", "port"}));
  errands.push_back(To(two.port(), {"CONFIG", "GET", "port"}, "secret"));
  auto answers = RespClient::AskAll(std::move(errands), Soon());
  REQUIRE((answers.size() == 2 && answers[0] && answers[1]));
  CHECK(answers[0]->reply.items.at(1).text == std::to_string(one.port()));
  CHECK(answers[1]->reply.items.at(1).text == std::to_string(two.port()));
  for (auto& answer : answers) CHECK(answer->client.Ask({"PING"}, Soon()));
}

TEST_CASE("a frozen engine, one that is not there and a wrong password cost nobody an answer") {
  const Engine good(BOWLINE_REDIS_SERVER);
  const Engine frozen(BOWLINE_REDIS_SERVER);
  const Engine locked(BOWLINE_REDIS_SERVER);
  REQUIRE(locked.Connect().ConfigSet("requirepass", "secret", Soon()));
  frozen.Freeze();
  std::vector<RespClient::Errand> errands;
  errands.push_back(To(frozen.port(), {"PING"}));
  errands.push_back(To(FreePort(), {"PING"}));
  errands.push_back(To(locked.port(), {"PING"}, "wrong"));
  errands.push_back(To(locked.port(), {"PING"}));
  errands.push_back(To(good.port(), {"PING"}));
  errands.push_back(To(locked.port(), {"PING"}, "new"));
  errands.back().credentials.others = {{"default", "newer"}, {"default", "secret"}};
  errands.push_back(To(locked.port(), {"PING"}, "new"));
  errands.back().credentials.others = {{"default", "newer"}};
  const auto start = std::chrono::steady_clock::now();
  const auto answers = RespClient::AskAll(std::move(errands), Deadline::In(Milliseconds(1000)));
  CHECK(Since(start) < Milliseconds(3000));
  REQUIRE(answers.size() == 7);
  CHECK(answers[0].error().code == Code::kDeadlineExceeded);
  CHECK(answers[1].error().code == Code::kUnavailable);
  CHECK(answers[2].error().code == Code::kPermissionDenied);
  CHECK_THAT(answers[2].error().message,
             ContainsSubstring("logging in") && !ContainsSubstring("wrong"));
  CHECK(answers[3].error().code == Code::kPermissionDenied);
  REQUIRE(answers[4]);
  CHECK(answers[4]->reply.text == "PONG");
  REQUIRE(answers[5]);
  CHECK(answers[5]->reply.text == "PONG");
  CHECK(answers[6].error().code == Code::kPermissionDenied);
}

TEST_CASE("a connection that is there already is used, and one that has broken is an error") {
  const Engine engine(BOWLINE_REDIS_SERVER);
  std::vector<RespClient::Errand> errands(2);
  for (auto& errand : errands) {
    errand.client = engine.Connect();
    errand.words = {"CLIENT", "ID"};
  }
  const auto ended = errands[1].client->Ask({"CLIENT", "ID"}, Soon());
  REQUIRE(ended);
  REQUIRE(engine.Connect().Ask({"CLIENT", "KILL", "ID", std::to_string(ended->integer)}, Soon()));
  auto answers = RespClient::AskAll(std::move(errands), Soon());
  REQUIRE(answers[0]);
  CHECK(answers[0]->client.Ask({"CLIENT", "ID"}, Soon())->integer == answers[0]->reply.integer);
  REQUIRE_FALSE(answers[1]);
  CHECK(answers[1].error().code == Code::kUnavailable);
}

/// The own socket that is connected to the port.
int SocketTo(int port) {
  for (int fd = 0; fd < 1024; ++fd) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) continue;
    if (peer.sin_family == AF_INET && ntohs(peer.sin_port) == port) return fd;
  }
  return -1;
}

// As after an ICMP "unreachable" the socket's queue of errors is not empty, so that poll() returns
// at once again and again.
TEST_CASE("a socket with a queued error keeps nobody waiting beyond the deadline") {
  const Engine frozen(BOWLINE_REDIS_SERVER);
  const Engine good(BOWLINE_REDIS_SERVER);
  std::vector<RespClient::Errand> errands;
  errands.push_back({.words = {"PING"}, .client = frozen.Connect()});
  errands.push_back(To(good.port(), {"PING"}));
  const int fd = SocketTo(frozen.port());
  REQUIRE(fd >= 0);
  const int told =
      SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_TX_ACK | SOF_TIMESTAMPING_SOFTWARE;
  REQUIRE(::setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &told, sizeof told) == 0);
  frozen.Freeze();
  const auto start = std::chrono::steady_clock::now();
  const auto answers = RespClient::AskAll(std::move(errands), Deadline::In(Milliseconds(1000)));
  CHECK(Since(start) < Milliseconds(3000));
  REQUIRE(answers.size() == 2);
  CHECK_FALSE(answers[0]);
  CHECK(answers[1]);
}

TEST_CASE("nobody to ask") { CHECK(RespClient::AskAll({}, Soon()).empty()); }

}  // namespace
}  // namespace bowline
