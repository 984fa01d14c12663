// The call to a peer's server, against peers that misbehave.

#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <thread>

#include "testing/sys.h"
#include "web/http.h"

namespace bowline {
namespace {

using Peer = testing::ScriptedPeer;

Error Ask(const Peer& peer, Milliseconds span) {
  const auto answer =
      HttpAsk({.ip = "127.0.0.1", .port = peer.port(), .path = "/x"}, Deadline::In(span));
  REQUIRE_FALSE(answer);
  return answer.error();
}

const std::string kHead = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";

TEST_CASE("a body that is cut is no body") {
  const Peer peer({kHead + "{\"version\":1"}, Milliseconds(1));
  CHECK(Ask(peer, Milliseconds(20'000)).code == Code::kUnavailable);
}

TEST_CASE("a peer that hangs up, or speaks something else") {
  for (const char* text : {"", "-ERR unknown command\r\n", "\x15\x03\x01", "HTTP/1.1\r\n\r\n"}) {
    const Peer peer({text}, Milliseconds(1));
    CHECK(Ask(peer, Milliseconds(20'000)).code == Code::kUnavailable);
  }
}

TEST_CASE("an answer that drips in does not stretch the deadline") {
  std::vector<std::string> drops(200, "x");
  drops.front() = kHead;
  const Peer peer(drops, Milliseconds(50));
  const auto start = std::chrono::steady_clock::now();
  CHECK(Ask(peer, Milliseconds(300)).code == Code::kDeadlineExceeded);
  CHECK(Since(start) < Milliseconds(3000));
}

TEST_CASE("a header that drips in does not stretch the deadline either") {
  std::vector<std::string> drops(200, "x");
  drops.front() = "HTTP/1.1 200 OK\r\nX: ";
  const Peer peer(drops, Milliseconds(50));
  const auto start = std::chrono::steady_clock::now();
  CHECK(Ask(peer, Milliseconds(300)).code == Code::kDeadlineExceeded);
  CHECK(Since(start) < Milliseconds(3000));
}

TEST_CASE("a body without end is refused") {
  std::vector<std::string> pieces(64, std::string(1 << 20, 'x'));
  pieces.insert(pieces.begin(), "HTTP/1.1 200 OK\r\n\r\n");
  const Peer peer(pieces, Milliseconds(0));
  CHECK(Ask(peer, Milliseconds(60'000)).code == Code::kUnavailable);
}

/// For `span` what is sent to it is lost, not refused; then it answers one request.
class LatePeer {
 public:
  explicit LatePeer(Milliseconds span) {
    REQUIRE(::listen(listener_.fd(), 0) == 0);
    sockaddr_in address = testing::LoopbackAddress(listener_.port());
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets' own interface
    REQUIRE(::connect(first_.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    thread_ = std::jthread([this, span] {  // the queue is full: the kernel drops further handshakes
      std::this_thread::sleep_for(span);
      ::close(::accept(listener_.fd(), nullptr, nullptr));
      const int connection = ::accept(listener_.fd(), nullptr, nullptr);
      const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
      (void)!::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
      ::close(connection);
    });
  }
  LatePeer(const LatePeer&) = delete;
  LatePeer& operator=(const LatePeer&) = delete;
  ~LatePeer() { ::shutdown(listener_.fd(), SHUT_RDWR); }
  [[nodiscard]] int port() const { return listener_.port(); }

 private:
  testing::BoundSocket listener_;
  testing::BoundSocket first_;
  std::jthread thread_;
};

TEST_CASE("a handshake that is lost is not waited for as long as TCP does") {
  const LatePeer peer(Milliseconds(300));
  const auto answer = HttpAsk({.ip = "127.0.0.1", .port = peer.port(), .path = "/x"},
                              Deadline::In(Milliseconds(900)));
  REQUIRE(answer);  // the kernel would repeat it after 1 s
  CHECK(answer->body == "hello");
}

TEST_CASE("calls that come of answers are made while others are still waited for") {
  std::atomic<int> asked = 0;
  HttpServer server;
  server.On("GET", "/", [&](const HttpRequest&, Milliseconds) {
    return HttpAnswer{.body = std::to_string(asked++)};
  });
  server.On("GET", "/silent",
            [](const HttpRequest&, Milliseconds) -> std::optional<HttpAnswer> { return {}; });
  const int port = testing::FreePort();
  REQUIRE(server.Start(port));
  const HttpCall call{.ip = "127.0.0.1", .port = port, .path = "/"};
  HttpCall silent = call;
  silent.path = "/silent";
  HttpCall bad = call;
  bad.ip = "no address";
  std::map<std::size_t, Result<HttpAnswer>> answers;
  HttpAskAll({silent, call, bad}, Deadline::In(Milliseconds(1000)),
             [&](std::size_t number, const Result<HttpAnswer>& answer) {
               answers.emplace(number, answer);
               if (answers.size() > 6 || !answer) return std::vector<HttpCall>();
               return std::vector<HttpCall>{call, bad};
             });
  // 0 is told at its deadline, or not at all.
  CHECK((!answers.contains(0) || answers.at(0).error().code == Code::kDeadlineExceeded));
  REQUIRE(answers.size() >= 7);
  CHECK(answers.at(1)->body == "0");
  CHECK_FALSE(answers.at(2));
  CHECK(answers.at(3)->body == "1");
  CHECK_FALSE(answers.at(4));
  CHECK(answers.at(5)->body == "2");
}

TEST_CASE("a peer that only redirects is not followed") {
  const Peer peer(
      {"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"},
      Milliseconds(1));
  const auto answer = HttpAsk({.ip = "127.0.0.1", .port = peer.port(), .path = "/x"},
                              Deadline::In(Milliseconds(20'000)));
  REQUIRE(answer);
  CHECK(answer->status == 302);
}

}  // namespace
}  // namespace bowline
