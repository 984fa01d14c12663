// Real connections on loopback, as this kernel sees them.

#include "sys/sock_diag.h"

#include <algorithm>

#include "testing/sys.h"

namespace bowline {
namespace {

/// Two ends of one connection.
class Pair {
 public:
  Pair() {
    REQUIRE(::listen(listener_.fd(), 1) == 0);
    sockaddr_in address = testing::LoopbackAddress(listener_.port());
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets' own interface
    REQUIRE(::connect(client_.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    accepted_ = ::accept(listener_.fd(), nullptr, nullptr);
    REQUIRE(accepted_ >= 0);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  ~Pair() { CloseAccepted(); }
  void CloseAccepted() {
    if (accepted_ >= 0) ::close(accepted_);
    accepted_ = -1;
  }
  void Send(std::size_t size) const {
    const std::string text(size, 'x');
    (void)!::send(client_.fd(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  void Answer() const { REQUIRE(::send(accepted_, "y", 1, MSG_NOSIGNAL) == 1); }
  [[nodiscard]] SocketAddress client() const { return {.ip = "127.0.0.1", .port = client_.port()}; }
  [[nodiscard]] SocketAddress server() const {
    return {.ip = "127.0.0.1", .port = listener_.port()};
  }

 private:
  testing::BoundSocket listener_;
  testing::BoundSocket client_;
  int accepted_ = -1;
};

TEST_CASE(
    "what the peer's kernel has taken is acknowledged; what its process does not read stays "
    "outstanding") {
  auto diag = SockDiag::Open();
  REQUIRE(diag);
  const Pair pair;
  const auto before = diag->Find(pair.client(), pair.server());
  REQUIRE(before);
  REQUIRE(*before);
  pair.Send(10);
  CHECK(testing::Eventually([&] {
    const auto now = diag->Find(pair.client(), pair.server());
    return now && *now && (*now)->acked_bytes == (*before)->acked_bytes + 10 &&
           !(*now)->outstanding;
  }));
  for (int i = 0; i < 400; ++i) pair.Send(64U << 10U);  // more than both buffers take
  std::uint64_t acked = 0;
  CHECK(testing::Eventually([&] {
    (void)testing::Soon().Sleep(Milliseconds(100));
    const auto now = diag->Find(pair.client(), pair.server());
    return (*now)->outstanding && std::exchange(acked, (*now)->acked_bytes) == acked;
  }));
}

TEST_CASE("when bytes last came in") {
  auto diag = SockDiag::Open();
  REQUIRE(diag);
  const Pair pair;
  pair.Answer();
  (void)testing::Soon().Sleep(Milliseconds(300));
  CHECK((*diag->Find(pair.client(), pair.server()))->since_heard >= Milliseconds(250));
  pair.Answer();
  CHECK((*diag->Find(pair.client(), pair.server()))->since_heard < Milliseconds(250));
}

TEST_CASE("a connection that has ended is not found, although somebody listens there") {
  auto diag = SockDiag::Open();
  REQUIRE(diag);
  Pair pair;
  CHECK(*diag->Find(pair.server(), pair.client()));
  pair.CloseAccepted();
  CHECK(testing::Eventually([&] { return !*diag->Find(pair.server(), pair.client()); }));
}

TEST_CASE("all connections, both ends of ours among them") {
  auto diag = SockDiag::Open();
  REQUIRE(diag);
  const Pair pair;
  const auto links = diag->All(false);
  REQUIRE(links);
  const auto is = [&](const SocketAddress& local, const SocketAddress& remote) {
    return std::ranges::any_of(
        *links, [&](const TcpLink& link) { return link.local == local && link.remote == remote; });
  };
  CHECK(is(pair.client(), pair.server()));
  CHECK(is(pair.server(), pair.client()));
  CHECK(diag->All(true));
}

TEST_CASE("what is no address is an error") {
  auto diag = SockDiag::Open();
  REQUIRE(diag);
  const auto found = diag->Find({.ip = "x", .port = 1}, {.ip = "127.0.0.1", .port = 1});
  REQUIRE_FALSE(found);
  CHECK(found.error().code == Code::kInvalidArgument);
}

}  // namespace
}  // namespace bowline
