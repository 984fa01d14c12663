#pragma once
// For tests only: folders that go away, ports that are free, programs that are ended.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
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
