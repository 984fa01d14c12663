#pragma once
// For tests only: folders that go away, ports that are free, programs that are ended, peers that
// say what the test wants.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sys/child.h"
#include "sys/deadline.h"

namespace bowline::testing {

/// For what takes no time unless the machine is busy.
inline constexpr Milliseconds kLong{20'000};
inline Deadline Soon() { return Deadline::In(kLong); }

/// A folder below the system's one for temporary files, removed at the end.
class TempFolder {
 public:
  TempFolder() {
    std::string name = std::filesystem::temp_directory_path() / "bowline-test-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline void Spill(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

inline std::string Slurp(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline sockaddr_in LoopbackAddress(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

/// A socket with a port of the loopback interface that nobody else has.
class BoundSocket {
 public:
  BoundSocket() {
    sockaddr_in address = LoopbackAddress(0);
    socklen_t size = sizeof address;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets' own interface
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(fd_, raw, size) == 0);
    REQUIRE(::getsockname(fd_, raw, &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  BoundSocket(const BoundSocket&) = delete;
  BoundSocket& operator=(const BoundSocket&) = delete;
  ~BoundSocket() { ::close(fd_); }
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] int port() const { return port_; }

 private:
  int fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
  int port_ = 0;
};

/// A port of the loopback interface that nobody listens on just now.
inline int FreePort() { return BoundSocket().port(); }

/// A program that runs beside the test and is killed at its end.
class Program {
 public:
  explicit Program(const std::vector<std::string>& argv) {
    const auto pid = Spawn(argv);
    INFO((pid ? std::string() : pid.error().message));
    REQUIRE(pid);
    pid_ = *pid;
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] pid_t pid() const { return pid_; }
  void Signal(int signal) const { ::kill(pid_, signal); }

 private:
  pid_t pid_ = -1;
};

/// Takes one connection on a port of its own and serves it until the end.
class Peer {
 public:
  using Serve = std::function<void(int connection, const std::stop_token& stop)>;
  explicit Peer(Serve serve) {
    REQUIRE(::listen(listener_.fd(), 1) == 0);
    thread_ = std::jthread([this, serve = std::move(serve)](const std::stop_token& stop) {
      const int connection = ::accept(listener_.fd(), nullptr, nullptr);
      if (connection < 0) return;
      serve(connection, stop);
      ::close(connection);
    });
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() {
    thread_.request_stop();
    ::shutdown(listener_.fd(), SHUT_RDWR);
    thread_.join();
  }
  [[nodiscard]] int port() const { return listener_.port(); }

 private:
  BoundSocket listener_;
  std::jthread thread_;
};

/// Reads what comes first, then sends `pieces`, with a pause before each one.
class ScriptedPeer : public Peer {
 public:
  ScriptedPeer(const std::vector<std::string>& pieces, Milliseconds pause)
      : Peer([pieces, pause](int connection, const std::stop_token& stop) {
          std::array<char, 4096> request{};
          (void)!::read(connection, request.data(), request.size());
          for (const std::string& piece : pieces) {
            std::this_thread::sleep_for(pause);
            if (stop.stop_requested()) return;
            if (::send(connection, piece.data(), piece.size(), MSG_NOSIGNAL) < 0) return;
          }
        }) {}
};

/// The way to a far node: leads to `port`, and everything takes `delay`.
class LongWay : public Peer {
 public:
  LongWay(int port, Milliseconds delay)
      : Peer([port, delay](int connection, const std::stop_token& stop) {
          const int far = ::socket(AF_INET, SOCK_STREAM, 0);
          const sockaddr_in target = LoopbackAddress(port);
          // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets' own interface
          const auto* raw = reinterpret_cast<const sockaddr*>(&target);
          if (::connect(far, raw, sizeof target) == 0) {
            while (!stop.stop_requested() && Pass(connection, far, delay) &&
                   Pass(far, connection, delay)) {
            }
          }
          ::close(far);
        }) {}

 private:
  /// What has come from one end goes on to the other one; false when an end is closed.
  static bool Pass(int from, int to, Milliseconds delay) {
    pollfd ready{.fd = from, .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, 5) <= 0) return true;
    std::array<char, 65536> data{};
    const ssize_t size = ::read(from, data.data(), data.size());
    if (size <= 0) return false;
    std::this_thread::sleep_for(delay);
    return ::send(to, data.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL) == size;
  }
};

/// What is written to stderr while `body` runs.
template <typename Body>
std::string Logged(const Body& body) {
  const TempFolder folder;
  const std::string path = folder / "stderr";
  const int before = ::dup(STDERR_FILENO);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::dup2(file, STDERR_FILENO);
  body();
  ::dup2(before, STDERR_FILENO);
  ::close(file);
  ::close(before);
  return Slurp(path);
}

/// Asks again and again, for at most `span`.
template <typename Condition>
bool Eventually(const Condition& condition, Milliseconds span = kLong) {
  const Deadline deadline = Deadline::In(span);
  while (!condition()) {
    if (!deadline.Sleep(Milliseconds(20))) return false;
  }
  return true;
}

}  // namespace bowline::testing
