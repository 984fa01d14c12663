#include "sys/reach.h"

#include <sys/resource.h>

#include <catch2/catch_test_macros.hpp>

#include "testing/sys.h"

namespace bowline {
namespace {

using testing::FreePort;
using Tags = std::vector<std::size_t>;

const std::string kIp = "127.0.0.1";
constexpr Milliseconds kPatience{5000};
constexpr Milliseconds kMoment{100};

/// Listens and takes no connection by itself: the kernel alone answers, for `backlog` + 1 of them.
class Listener {
 public:
  explicit Listener(int backlog = 16) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets' own interface
    REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(fd_, backlog) == 0);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { ::close(fd_); }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] int Accept() const { return ::accept(fd_, nullptr, nullptr); }

 private:
  int fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
  int port_ = FreePort();
};

TEST_CASE("who listens is reached, though the process takes no connection") {
  const Listener peer;
  Reach reach(kPatience);
  REQUIRE(reach.BeginConnect(7, kIp, peer.port()));
  CHECK(reach.Wait(Deadline::In(kPatience)) == Tags{7});
  CHECK(reach.Wait(Deadline::In(kMoment)).empty());
  REQUIRE(reach.BeginConnect(8, kIp, peer.port()));
  CHECK(reach.Wait(Deadline::In(kPatience)) == Tags{8});
}

TEST_CASE(
    "a refusal, and what is no address, is nobody; the wait is as long as it was meant to be") {
  Reach reach(kPatience);
  REQUIRE(reach.BeginConnect(0, kIp, FreePort()));
  REQUIRE(reach.BeginConnect(1, "localhost", 1));
  REQUIRE(reach.BeginConnect(2, "", 1));
  const auto start = std::chrono::steady_clock::now();
  CHECK(reach.Wait(Deadline::In(kMoment)).empty());
  CHECK(Since(start) >= kMoment - Milliseconds(2));
  CHECK(Since(start) < kPatience);
}

TEST_CASE("a silent peer is nobody, and does not delay the others") {
  const Listener silent(0);
  const Listener peer;
  int queued = 0;  // until there is no room, and the kernel drops what comes
  for (bool room = true; room; queued += room ? 1 : 0) {
    Reach filler(kPatience);
    REQUIRE(filler.BeginConnect(0, kIp, silent.port()));
    room = !filler.Wait(Deadline::In(Milliseconds(500))).empty();
  }
  Reach reach(Milliseconds(300));
  REQUIRE(reach.BeginConnect(1, kIp, silent.port()));
  REQUIRE(reach.BeginConnect(2, kIp, peer.port()));
  const auto start = std::chrono::steady_clock::now();
  CHECK(reach.Wait(Deadline::In(kPatience)) == Tags{2});
  CHECK(Since(start) < Milliseconds(300));
  CHECK(reach.Wait(Deadline::In(Milliseconds(600))).empty());
  // It has been given up: that there is room again comes too late for it (a SYN is repeated after
  // one second).
  for (; queued > 0; --queued) ::close(silent.Accept());
  CHECK(reach.Wait(Deadline::In(Milliseconds(1500))).empty());
  REQUIRE(reach.BeginConnect(3, kIp, silent.port()));
  CHECK(reach.Wait(Deadline::In(kPatience)) == Tags{3});
}

TEST_CASE("what was made while this process stood still is told") {
  const Listener peer;
  Reach reach(kMoment);
  REQUIRE(reach.BeginConnect(1, kIp, peer.port()));
  std::this_thread::sleep_for(3 * kMoment);
  CHECK(reach.Wait(Deadline::In(Milliseconds(0))) == Tags{1});
}

TEST_CASE("the connection is reset, not left to end by itself") {
  const Listener peer;
  {
    Reach reach(kPatience);
    REQUIRE(reach.BeginConnect(1, kIp, peer.port()));
    REQUIRE(reach.Wait(Deadline::In(kPatience)) == Tags{1});
  }
  const int fd = peer.Accept();
  char byte = 0;
  CHECK(::read(fd, &byte, 1) == -1);
  CHECK(errno == ECONNRESET);
  ::close(fd);
}

TEST_CASE("without a free descriptor nothing is said of the peer") {
  const Listener peer;
  Reach reach(kPatience);
  rlimit usual{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &usual) == 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = usual.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const bool asked = reach.BeginConnect(1, kIp, peer.port());
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &usual) == 0);
  CHECK_FALSE(asked);
  CHECK(reach.BeginConnect(1, kIp, peer.port()));
}

}  // namespace
}  // namespace bowline
