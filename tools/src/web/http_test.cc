#include "web/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <thread>

#include "sys/testing.h"

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
  void Send(const std::string& text) const {
    (void)!::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
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

struct Fixture {
  Fixture() {
    server.Get("/ready",
               [this] { return HttpAnswer{.status = ready ? 200 : 503, .body = "why\n"}; });
    server.Get("/card", [] {
      return HttpAnswer{.body = std::string(300'000, 'c'), .content_type = "application/json"};
    });
    server.Get("/slow", [this] {
      while (!release) std::this_thread::sleep_for(Milliseconds(5));
      return HttpAnswer{.body = "late"};
    });
    REQUIRE(server.Start(port));
  }
  ~Fixture() { release = true; }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;

  int port = testing::FreePort();
  std::atomic<bool> ready = true;
  std::atomic<bool> release = false;
  HttpServer server;
};

TEST_CASE_METHOD(Fixture, "an answer arrives with its status, either way") {
  const auto yes = HttpAsk("127.0.0.1", port, "/ready", Soon());
  REQUIRE(yes);
  CHECK(yes->status == 200);
  CHECK(yes->body == "why\n");
  ready = false;
  const auto no = HttpAsk("127.0.0.1", port, "/ready", Soon());
  REQUIRE(no);
  CHECK(no->status == 503);
  CHECK(no->body == "why\n");
}

TEST_CASE_METHOD(Fixture, "only 200 is a body for HttpGet") {
  CHECK(HttpGet("127.0.0.1", port, "/ready", Soon()) == "why\n");
  CHECK(HttpGet("127.0.0.1", port, "/card", Soon())->size() == 300'000);
  ready = false;
  for (const char* path : {"/ready", "/absent"}) {
    const auto body = HttpGet("127.0.0.1", port, path, Soon());
    REQUIRE_FALSE(body);
    CHECK(body.error().code == Code::kUnavailable);
    CHECK_THAT(body.error().message, ContainsSubstring(path));
  }
}

TEST_CASE_METHOD(Fixture, "IPv6 as well") {
  std::ifstream addresses("/proc/net/if_inet6");
  if (!addresses.good() || addresses.peek() == std::ifstream::traits_type::eof()) {
    SUCCEED("this kernel has no IPv6: the server listens on IPv4 alone");
    return;
  }
  CHECK(HttpGet("::1", port, "/ready", Soon()) == "why\n");
}

TEST_CASE_METHOD(Fixture, "a slow answer costs the caller its deadline, and nobody else anything") {
  const auto start = steady_clock::now();
  const auto late = HttpGet("127.0.0.1", port, "/slow", Deadline::In(Milliseconds(200)));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == Code::kDeadlineExceeded);
  CHECK(HttpGet("127.0.0.1", port, "/ready", Soon()) == "why\n");
  CHECK(Since(start) < Milliseconds(5000));
}

TEST_CASE_METHOD(Fixture, "clients that say nothing do not keep probes from being answered") {
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < 16; ++i) idle.push_back(std::make_unique<RawClient>(port));
  const auto start = steady_clock::now();
  CHECK(HttpGet("127.0.0.1", port, "/ready", Soon()) == "why\n");
  CHECK(Since(start) < Milliseconds(4500));  // a probe's time-out is 5 s
}

TEST_CASE_METHOD(Fixture, "only GET, and nothing that a peer may change") {
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH"}) {
    const RawClient client(port);
    client.Send(std::string(method) + " /ready HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx");
    CHECK_THAT(client.ReadAll(), ContainsSubstring("404"));
  }
}

TEST_CASE_METHOD(Fixture, "garbage and giants get an error, and the server lives") {
  for (const std::string& text :
       {std::string("\x16\x03\x01garbage\r\n\r\n"),
        "GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\n\r\n",
        "GET /ready HTTP/1.1\r\nX: " + std::string(1'000'000, 'a') + "\r\n\r\n",
        "POST /ready HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\nx" + std::string(100, 'x')}) {
    const RawClient client(port);
    client.Send(text);
  }
  CHECK(HttpGet("127.0.0.1", port, "/ready", Soon()) == "why\n");
}

TEST_CASE_METHOD(Fixture, "many at once") {
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 16; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 10; ++i) {
          good += HttpGet("127.0.0.1", port, "/ready", Soon()) == "why\n" ? 1 : 0;
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
  const auto answer = HttpAsk("127.0.0.1", testing::FreePort(), "/card", Soon());
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::kUnavailable);
}

TEST_CASE("a server that was stopped does not answer, and its port is free") {
  const int port = testing::FreePort();
  {
    HttpServer server;
    server.Get("/x", [] { return HttpAnswer{.body = "x"}; });
    REQUIRE(server.Start(port));
    CHECK(HttpGet("127.0.0.1", port, "/x", Soon()) == "x");
    server.Stop();
    CHECK_FALSE(HttpGet("127.0.0.1", port, "/x", Soon()));
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
