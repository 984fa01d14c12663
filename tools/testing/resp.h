#pragma once
// For tests only: real engines and sentinels on the loopback interface.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "resp/client.h"
#include "testing/sys.h"

namespace bowline::testing {

/// A redis or valkey server in a folder of its own; killed at the end.
class Engine {
 public:
  explicit Engine(std::string program, std::vector<std::string> arguments = {},
                  std::string ip = kIp)
      : program_(std::move(program)), arguments_(std::move(arguments)), ip_(std::move(ip)) {
    Start();
  }

  void Start(const std::vector<std::string>& more = {}) {
    std::vector<std::string> argv{program_, "--port", std::to_string(port_), "--bind", ip_};
    for (const char* word : {"--save", "", "--dir"}) argv.emplace_back(word);
    argv.push_back(folder_.path());
    for (const char* word : {"--logfile", "log", "--enable-debug-command", "yes"}) {
      argv.emplace_back(word);
    }
    argv.insert(argv.end(), arguments_.begin(), arguments_.end());
    argv.insert(argv.end(), more.begin(), more.end());
    process_ = std::make_unique<Program>(argv);
    INFO(Slurp(folder_ / "log"));
    REQUIRE(Eventually([&] { return RespClient::Connect(ip_, port_, {}, Soon()).has_value(); }));
  }
  /// Dead at once, as by kill -9.
  void Kill() { process_.reset(); }
  void Freeze() const { process_->Signal(SIGSTOP); }
  void Thaw() const { process_->Signal(SIGCONT); }

  /// For other threads than the test's: Catch2's macros are for that one alone.
  [[nodiscard]] Result<RespClient> TryConnect(const Credentials& credentials = {}) const {
    return RespClient::Connect(ip_, port_, credentials, Soon());
  }
  [[nodiscard]] RespClient Connect(const Credentials& credentials = {}) const {
    auto client = TryConnect(credentials);
    INFO((client ? std::string() : client.error().message));
    REQUIRE(client);
    return *std::move(client);
  }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] const TempFolder& folder() const { return folder_; }

  static constexpr const char* kIp = "127.0.0.1";

 private:
  std::string program_;
  std::vector<std::string> arguments_;
  std::string ip_;
  TempFolder folder_;
  int port_ = FreePort();
  std::unique_ptr<Program> process_;
};

}  // namespace bowline::testing
