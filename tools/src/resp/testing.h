#pragma once
// For tests only: real engines on the loopback interface, and a peer that says what the test wants.

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "resp/client.h"
#include "sys/testing.h"

namespace bowline::testing {

inline constexpr Milliseconds kLong{20'000};
inline Deadline Soon() { return Deadline::In(kLong); }

/// A redis or valkey server in a folder of its own; killed at the end.
class Engine {
 public:
  explicit Engine(std::string program, std::vector<std::string> arguments = {})
      : program_(std::move(program)), arguments_(std::move(arguments)) {
    Start();
  }

  void Start(const std::vector<std::string>& more = {}) {
    std::vector<std::string> argv{program_, "--port", std::to_string(port_), "--bind", "127.0.0.1"};
    for (const char* word : {"--save", "", "--dir"}) argv.emplace_back(word);
    argv.push_back(folder_.path());
    for (const char* word : {"--logfile", "log", "--enable-debug-command", "yes"}) {
      argv.emplace_back(word);
    }
    argv.insert(argv.end(), arguments_.begin(), arguments_.end());
    argv.insert(argv.end(), more.begin(), more.end());
    process_ = std::make_unique<Program>(argv);
    INFO(Slurp(folder_ / "log"));
    REQUIRE(Eventually([&] { return RespClient::Connect(kIp, port_, {}, Soon()).has_value(); }));
  }
  /// Dead at once, as by kill -9.
  void Kill() { process_.reset(); }
  void Freeze() const { process_->Signal(SIGSTOP); }
  void Thaw() const { process_->Signal(SIGCONT); }

  [[nodiscard]] RespClient Connect(const Credentials& credentials = {}) const {
    auto client = RespClient::Connect(kIp, port_, credentials, Soon());
    INFO((client ? std::string() : client.error().message));
    REQUIRE(client);
    return *std::move(client);
  }
  [[nodiscard]] int port() const { return port_; }

  static constexpr const char* kIp = "127.0.0.1";

 private:
  std::string program_;
  std::vector<std::string> arguments_;
  TempFolder folder_;
  int port_ = FreePort();
  std::unique_ptr<Program> process_;
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

}  // namespace bowline::testing
