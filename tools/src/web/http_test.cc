#include "web/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <thread>

#include "testing/sys.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using std::chrono::steady_clock;
using testing::Soon;

/// A connection of our own, for what no well-behaved client does.
class RawClient {
 public:
  explicit RawClient(int port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets' own interface
    REQUIRE(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { ::close(fd_); }
  /// All of it; false when the peer has hung up.
  bool Send(
      const std::string& text) const {  // NOLINT(modernize-use-nodiscard): attackers do not ask
    std::string_view rest = text;
    while (!rest.empty()) {
      const ssize_t sent = ::send(fd_, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  [[nodiscard]] std::string ReadAll() const {
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = ::read(fd_, buffer.data(), buffer.size())) > 0;) {
      text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return text;
  }

 private:
  int fd_;
};

/// GET on loopback.
Result<HttpAnswer> Get(int port, const std::string& path, Deadline deadline = Soon()) {
  return HttpAsk({.ip = "127.0.0.1", .port = port, .path = path}, deadline);
}

struct Fixture {
  explicit Fixture(HttpLimits limits = {}) : server(limits) {
    server.On("GET", "/ready", [this](const HttpRequest&, Milliseconds) {
      return HttpAnswer{.status = ready ? 200 : 503, .body = "why\n"};
    });
    server.On("GET", "/large", [](const HttpRequest&, Milliseconds) {
      return HttpAnswer{.body = std::string(300'000, 'c'), .content_type = "application/json"};
    });
    server.On("GET", "/slow",
              [this](const HttpRequest&, Milliseconds) -> std::optional<HttpAnswer> {
                if (!release) return std::nullopt;
                return HttpAnswer{.body = "late"};
              });
    server.On("GET", "/silent",
              [](const HttpRequest&, Milliseconds) { return HttpAnswer{.silence = true}; });
    server.On("POST", "/echo", [](const HttpRequest& request, Milliseconds) {
      return HttpAnswer{.body = request.remote + " " + request.body};
    });
    REQUIRE(server.Start(port));
  }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;
  ~Fixture() = default;

  int port = testing::FreePort();
  std::atomic<bool> ready = true;
  std::atomic<bool> release = false;
  HttpServer server;
};

/// A listener of the shortest patience, so that tests need not wait for the real one.
struct Impatient : Fixture {
  Impatient()
      : Fixture({.connections = 8,
                 .body = 64,
                 .request = Milliseconds(300),
                 .longest_wait = Milliseconds(300)}) {}
};

TEST_CASE_METHOD(Fixture, "an answer arrives with its status, either way") {
  const auto yes = Get(port, "/ready");
  REQUIRE(yes);
  CHECK(yes->status == 200);
  CHECK(yes->body == "why\n");
  CHECK(Get(port, "/ready?verbose")->status == 200);
  ready = false;
  const auto no = Get(port, "/ready");
  REQUIRE(no);
  CHECK(no->status == 503);
  CHECK(no->body == "why\n");
  CHECK(Get(port, "/large")->body.size() == 300'000);
  CHECK(Get(port, "/absent")->status == 404);
}

TEST_CASE_METHOD(Impatient, "a body arrives with the address of its sender") {
  const auto answer =
      HttpAsk({.ip = "127.0.0.1", .port = port, .method = "POST", .path = "/echo", .body = "hello"},
              Soon());
  REQUIRE(answer);
  CHECK(answer->body == "127.0.0.1 hello");
}

TEST_CASE_METHOD(Fixture, "silence is a connection that ends without a word") {
  const auto answer = Get(port, "/silent");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::kUnavailable);
}

TEST_CASE_METHOD(Fixture, "IPv6 as well") {
  std::ifstream addresses("/proc/net/if_inet6");
  if (!addresses.good() || addresses.peek() == std::ifstream::traits_type::eof()) {
    SUCCEED("this kernel has no IPv6: the server listens on IPv4 alone");
    return;
  }
  CHECK(HttpAsk({.ip = "::1", .port = port, .path = "/ready"}, Soon())->body == "why\n");
}

TEST_CASE_METHOD(
    Fixture,
    "an answer that is not there yet costs the caller its deadline, and nobody else anything") {
  const auto start = steady_clock::now();
  const auto late = Get(port, "/slow", Deadline::In(Milliseconds(200)));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == Code::kDeadlineExceeded);
  CHECK(Get(port, "/ready")->body == "why\n");
  CHECK(Since(start) < Milliseconds(5000));
  std::jthread later([this] {
    (void)Soon().Sleep(Milliseconds(100));
    release = true;
  });
  CHECK(Get(port, "/slow")->body == "late");
}

TEST_CASE_METHOD(Impatient,
                 "a handler that never has an answer does not hold its connection for ever") {
  const auto start = steady_clock::now();
  CHECK_FALSE(Get(port, "/slow"));
  CHECK(Since(start) < Milliseconds(5000));
}

TEST_CASE_METHOD(Fixture, "only the method that was declared") {
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH"}) {
    const RawClient client(port);
    client.Send(std::string(method) + " /ready HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK_THAT(client.ReadAll(), ContainsSubstring("405"));
  }
}

TEST_CASE_METHOD(Fixture, "garbage and giants are cut off, and the server lives") {
  std::string many = "GET /ready HTTP/1.1\r\n";
  for (int i = 0; i < 100'000; ++i) many += "X: y\r\n";
  for (const std::string& text :
       {std::string("\x16\x03\x01garbage\r\n\r\n"),
        "GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\n\r\n",
        "GET /ready HTTP/1.1\r\nX: " + std::string(1'000'000, 'a') + "\r\n\r\n", many,
        "POST /ready HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\nx" + std::string(100, 'x')}) {
    const RawClient client(port);
    client.Send(text);
    CHECK_FALSE(client.ReadAll().contains(" 200 "));
  }
  CHECK(Get(port, "/ready")->body == "why\n");
}

/// Sends `piece` again and again until the peer hangs up; the bytes that it took.
std::size_t SendUntilCut(const RawClient& client, const std::string& head, const std::string& piece,
                         std::size_t limit) {
  if (!client.Send(head)) return 0;
  std::size_t sent = head.size();
  while (sent < limit && client.Send(piece)) sent += piece.size();
  return sent;
}

TEST_CASE_METHOD(Fixture,
                 "a line, a header or a chunked body without end is cut off after some kilobytes") {
  constexpr std::size_t kLimit = 64U << 20U;
  const std::string chunk = "1000\r\n" + std::string(0x1000, 'x') + "\r\n";
  const std::string piece(0x1000, 'x');
  const std::vector<std::pair<std::string, std::string>> attacks{
      {"GET /", piece},
      {"GET /ready HTTP/1.1\r\nX: ", piece},
      {"GET /ready HTTP/1.1\r\n", "X: y\r\n"},
      {"POST /ready HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", chunk},
      {"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", chunk}};
  for (const auto& [head, more] : attacks) {
    const RawClient client(port);
    INFO(head);
    CHECK(SendUntilCut(client, head, more, kLimit) <
          kLimit);  // what fits into the kernel's buffers
  }
  CHECK(Get(port, "/ready")->body == "why\n");
}

TEST_CASE_METHOD(Impatient, "the time for a request is that of the whole request, not of a byte") {
  const RawClient client(port);
  const auto start = steady_clock::now();
  while (client.Send("G") && Since(start) < Milliseconds(10'000)) {
    (void)Soon().Sleep(Milliseconds(50));
  }
  CHECK(Since(start) < Milliseconds(5000));
}

TEST_CASE_METHOD(Impatient, "clients that say nothing keep nobody from being answered") {
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < 200; ++i) {
    idle.push_back(std::make_unique<RawClient>(port));
    if (i % 20 == 0) CHECK(Get(port, "/ready")->body == "why\n");
  }
  CHECK(Get(port, "/ready")->body == "why\n");
}

TEST_CASE_METHOD(Impatient, "nor do those that wait for their answers") {
  std::vector<std::unique_ptr<RawClient>> waiting;
  for (int i = 0; i < 50; ++i) {
    waiting.push_back(std::make_unique<RawClient>(port));
    waiting.back()->Send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  CHECK(Get(port, "/ready")->body == "why\n");
}

TEST_CASE_METHOD(Fixture, "all are asked at once, and each has its own answer") {
  std::vector<HttpCall> calls(40, {.ip = "127.0.0.1", .port = port, .path = "/ready"});
  calls[3].path = "/absent";
  calls[7].port = testing::FreePort();
  calls[9].path = "/slow";
  calls[11].ip = "no address";
  const auto start = steady_clock::now();
  const auto answers = HttpAskAll(calls, Deadline::In(Milliseconds(500)));
  CHECK(Since(start) < Milliseconds(5000));
  REQUIRE(answers.size() == calls.size());
  CHECK(answers[0]->status == 200);
  CHECK(answers[3]->status == 404);
  CHECK(answers[7].error().code == Code::kUnavailable);
  CHECK(answers[9].error().code == Code::kDeadlineExceeded);
  CHECK(answers[11].error().code == Code::kUnavailable);
  CHECK(answers[39]->status == 200);
}

TEST_CASE_METHOD(Fixture, "many at once") {
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 16; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 10; ++i) {
          good += Get(port, "/ready")->body == "why\n" ? 1 : 0;
        }
      });
    }
  }
  CHECK(good == 160);
}

TEST_CASE_METHOD(Fixture, "a taken port is unavailable") {
  HttpServer second;
  const Status started = second.Start(port);
  REQUIRE_FALSE(started);
  CHECK(started.error().code == Code::kUnavailable);
  CHECK_THAT(started.error().message, ContainsSubstring(std::to_string(port)));
}

TEST_CASE("nobody listens") {
  const auto answer = Get(testing::FreePort(), "/ready");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::kUnavailable);
}

TEST_CASE("a server that was stopped does not answer, and its port is free") {
  const int port = testing::FreePort();
  {
    HttpServer server;
    server.On("GET", "/x",
              [](const HttpRequest&, Milliseconds) { return HttpAnswer{.body = "x"}; });
    REQUIRE(server.Start(port));
    CHECK(Get(port, "/x")->body == "x");
    server.Stop();
    CHECK_FALSE(Get(port, "/x"));
    server.Stop();
  }
  HttpServer again;
  CHECK(again.Start(port));
}

TEST_CASE("a server that is stopped right after its start does stop") {
  for (int i = 0; i < 50; ++i) {
    HttpServer server;
    REQUIRE(server.Start(testing::FreePort()));
  }
}

}  // namespace
}  // namespace bowline
