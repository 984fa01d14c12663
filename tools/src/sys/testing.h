#pragma once
// For tests only: folders that go away, ports that are free, programs that are ended, peers that
// say what the test wants.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sys/child.h"
#include "sys/deadline.h"

namespace bowline::testing {

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

/// A port of the loopback interface that nobody listens on just now.
inline int FreePort() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets' own interface
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(::bind(fd, raw, size) == 0);
  REQUIRE(::getsockname(fd, raw, &size) == 0);
  ::close(fd);
  return ntohs(address.sin_port);
}

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

/// Takes one connection, reads what comes first, then sends `pieces`, with a pause before each one.
class ScriptedPeer {
 public:
  ScriptedPeer(std::vector<std::string> pieces, Milliseconds pause) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets' own interface
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener_, 1) == 0);
    thread_ = std::jthread([this, pieces = std::move(pieces), pause] {
      const int peer = ::accept(listener_, nullptr, nullptr);
      std::array<char, 4096> request{};
      (void)!::read(peer, request.data(), request.size());
      for (const std::string& piece : pieces) {
        std::this_thread::sleep_for(pause);
        if (stop_ || ::send(peer, piece.data(), piece.size(), MSG_NOSIGNAL) < 0) break;
      }
      ::close(peer);
    });
  }
  ScriptedPeer(const ScriptedPeer&) = delete;
  ScriptedPeer& operator=(const ScriptedPeer&) = delete;
  ~ScriptedPeer() {
    stop_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  [[nodiscard]] int port() const { return port_; }

 private:
  int port_ = FreePort();
  int listener_ = -1;
  std::atomic<bool> stop_ = false;
  std::jthread thread_;
};

/// Asks again and again, for at most `span`.
template <typename Condition>
bool Eventually(const Condition& condition, Milliseconds span = Milliseconds(20'000)) {
  const Deadline deadline = Deadline::In(span);
  while (!condition()) {
    if (!deadline.Sleep(Milliseconds(20))) return false;
  }
  return true;
}

}  // namespace bowline::testing
