// Connections with TLS to real engines, alone and many at once.

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "testing/resp.h"
#include "testing/tls.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::Engine;
using testing::FreePort;
using testing::Soon;
using testing::TempFolder;
using testing::TestCa;

/// An engine with a second port, which speaks TLS.
struct Secured {
  explicit Secured(const std::string& program, const TempFolder& files)
      : engine(program, Arguments(files)) {}
  [[nodiscard]] std::vector<std::string> Arguments(const TempFolder& files) const {
    std::vector<std::string> words = testing::TlsArguments(files, port);
    return {words.begin() + 2, words.end()};  // the plain port stays
  }
  [[nodiscard]] RespClient::Errand To(const Credentials& credentials,
                                      std::vector<std::string> words) const {
    return {.ip = Engine::kIp, .port = port, .credentials = credentials, .words = std::move(words)};
  }
  int port = FreePort();
  Engine engine;
};

Credentials By(const TempFolder& folder) {
  auto tls = TlsContext::Load(folder.path(), {});
  REQUIRE(tls);
  Credentials credentials;
  credentials.tls = *std::move(tls);
  return credentials;
}

TEST_CASE("an engine with TLS is asked as one without") {
  const std::string program = GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER);
  const TestCa ca;
  const TempFolder files;
  ca.Issue(files);
  const Secured one(program, files);
  Credentials credentials = By(files);
  auto client = RespClient::Connect(Engine::kIp, one.port, credentials, Soon());
  INFO((client ? std::string() : client.error().message));
  REQUIRE(client);
  CHECK(client->Info(Soon()));
  // More than a record of TLS (16 KiB), both ways.
  const std::string big(100'000, 'x');
  REQUIRE(client->Ask({"SET", "key", big}, Soon()));
  CHECK(client->Ask({"GET", "key"}, Soon())->text == big);

  REQUIRE(client->ConfigSet("requirepass", "secret", Soon()));
  credentials.password = "wrong";
  credentials.others = {{"default", "secret"}};
  const Secured other(program, files);
  std::vector<RespClient::Errand> errands;
  errands.push_back(one.To(credentials, {"GET", "key"}));
  errands.push_back(other.To(By(files), {"PING"}));
  errands.push_back(
      {.ip = Engine::kIp, .port = FreePort(), .credentials = credentials, .words = {"PING"}});
  auto answers = RespClient::AskAll(std::move(errands), Soon());
  INFO((answers[0] ? std::string() : answers[0].error().message));
  REQUIRE(answers[0]);
  CHECK(answers[0]->reply.text == big);
  REQUIRE(answers[1]);
  CHECK(answers[1]->client.Ask({"PING"}, Soon()));
  REQUIRE_FALSE(answers[2]);
  CHECK(answers[2].error().code == Code::kUnavailable);
  CHECK_THAT(answers[2].error().message, ContainsSubstring("Connection refused"));

  // The connection that was there already goes on.
  std::vector<RespClient::Errand> again;
  again.push_back(other.To({}, {"PING"}));
  again.back().client = std::move(answers[1]->client);
  CHECK(RespClient::AskAll(std::move(again), Soon())[0]);
}

TEST_CASE("what speaks no TLS, or has the certificate of another CA, is refused with the reason") {
  const TestCa ca;
  const TestCa foreign;
  const TempFolder files;
  const TempFolder others;
  ca.Issue(files);
  foreign.Issue(others);
  const Secured one(BOWLINE_REDIS_SERVER, files);
  const Credentials stranger = By(others);
  Credentials trusting = stranger;
  trusting.own = true;
  CHECK(RespClient::Connect(Engine::kIp, one.port, trusting, Soon()));
  const auto alone = RespClient::Connect(Engine::kIp, one.port, stranger, Soon());
  REQUIRE_FALSE(alone);
  CHECK(alone.error().code == Code::kUnavailable);
  CHECK_THAT(alone.error().message, ContainsSubstring("its certificate is not accepted"));

  std::vector<RespClient::Errand> errands;
  errands.push_back(one.To(stranger, {"PING"}));
  errands.push_back({.ip = Engine::kIp,
                     .port = one.engine.port(),  // the plain one
                     .credentials = By(files),
                     .words = {"PING"}});
  const auto answers = RespClient::AskAll(std::move(errands), Deadline::In(Milliseconds(1000)));
  REQUIRE_FALSE(answers[0]);
  CHECK_THAT(answers[0].error().message, ContainsSubstring("its certificate is not accepted"));
  // It waits for the end of a line, which the random bytes of the handshake may have or not.
  CHECK_FALSE(answers[1]);
}

TEST_CASE("a handshake that does not end costs the deadline and no more") {
  const TestCa ca;
  const TempFolder files;
  ca.Issue(files);
  const Secured frozen(BOWLINE_REDIS_SERVER, files);
  const Secured good(BOWLINE_REDIS_SERVER, files);
  frozen.engine.Freeze();
  const auto start = std::chrono::steady_clock::now();
  const auto alone =
      RespClient::Connect(Engine::kIp, frozen.port, By(files), Deadline::In(Milliseconds(300)));
  REQUIRE_FALSE(alone);
  CHECK(alone.error().code == Code::kDeadlineExceeded);
  std::vector<RespClient::Errand> errands;
  errands.push_back(frozen.To(By(files), {"PING"}));
  errands.push_back(good.To(By(files), {"PING"}));
  const auto answers = RespClient::AskAll(std::move(errands), Deadline::In(Milliseconds(500)));
  CHECK(Since(start) < Milliseconds(3000));
  REQUIRE_FALSE(answers[0]);
  CHECK(answers[0].error().code == Code::kDeadlineExceeded);
  CHECK(answers[1]);
}

TEST_CASE("an engine that asks for a certificate gets it") {
  const TestCa ca;
  const TempFolder files;
  ca.Issue(files);
  const Secured one(BOWLINE_VALKEY_SERVER, files);
  REQUIRE(one.engine.Connect().ConfigSet("tls-auth-clients", "yes", Soon()));
  auto client = RespClient::Connect(Engine::kIp, one.port, By(files), Soon());
  REQUIRE(client);
  CHECK(client->Ask({"PING"}, Soon()));
}

}  // namespace
}  // namespace bowline
