#pragma once
// For tests only: a name server at an address of loopback.

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cctype>
#include <format>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "testing/sys.h"

namespace bowline::testing {

/// The answer's bytes: the question's own, and records of the addresses that are of its family.
inline std::string DnsAnswer(const std::string& question, char rcode,
                             const std::vector<std::string>& addresses) {
  std::string answer = question;
  answer[2] = static_cast<char>(0x81);
  answer[3] = rcode;
  const bool six = question[question.size() - 3] == 28;
  for (const std::string& address : addresses) {
    if (address.contains(':') != six) continue;
    std::array<char, 16> bytes{};
    (void)::inet_pton(six ? AF_INET6 : AF_INET, address.c_str(), bytes.data());
    const std::size_t size = six ? 16 : 4;
    answer += {static_cast<char>(0xc0), 12, 0, static_cast<char>(six ? 28 : 1), 0, 1, 0, 0, 0, 5};
    answer += {0, static_cast<char>(size)};
    answer.append(bytes.data(), size);
    ++answer[7];
  }
  return answer;
}

class FakeDns {
 public:
  FakeDns() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(53);
    REQUIRE(::inet_pton(AF_INET, ip_.c_str(), &address.sin_addr) == 1);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets' own interface
    REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    Spill(folder_ / "resolv.conf", "nameserver " + ip_ + "\n");
    thread_ = std::jthread([this](const std::stop_token& stop) { Serve(stop); });
  }
  FakeDns(const FakeDns&) = delete;
  FakeDns& operator=(const FakeDns&) = delete;
  ~FakeDns() {
    thread_.request_stop();
    thread_.join();
    ::close(fd_);
  }

  /// `name` without the final dot, in small letters.
  void Add(const std::string& name, std::vector<std::string> addresses) {
    const std::scoped_lock lock(mutex_);
    names_[name] = std::move(addresses);
  }
  /// The next so many questions for it have no answer.
  void Hush(const std::string& name, int questions) {
    const std::scoped_lock lock(mutex_);
    hushed_[name] = questions;
  }
  void Fail() { fails_ = true; }
  [[nodiscard]] std::string conf() const { return folder_ / "resolv.conf"; }
  [[nodiscard]] const std::string& ip() const { return ip_; }
  [[nodiscard]] int questions() const { return questions_; }

 private:
  /// Another one for each server of each process: the port is always the same.
  static std::string FreeAddress() {
    static std::atomic<int> made = 0;
    return std::format("127.53.{}.{}", 1 + ::getpid() % 250, 1 + made++ % 250);
  }

  void Serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      pollfd ready{.fd = fd_, .events = POLLIN, .revents = 0};
      if (::poll(&ready, 1, 10) <= 0) continue;
      std::array<char, 512> buffer{};
      sockaddr_storage from{};
      socklen_t length = sizeof from;
      // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets' own interface
      auto* raw = reinterpret_cast<sockaddr*>(&from);
      const ssize_t size = ::recvfrom(fd_, buffer.data(), buffer.size(), 0, raw, &length);
      if (size < 17) continue;
      ++questions_;
      const std::string answer = Answer({buffer.data(), static_cast<std::size_t>(size)});
      if (!answer.empty()) (void)::sendto(fd_, answer.data(), answer.size(), 0, raw, length);
    }
  }

  /// Empty: none.
  std::string Answer(const std::string& question) {
    std::string name;
    for (std::size_t at = 12; question.at(at) != 0;
         at += 1U + static_cast<unsigned>(question[at])) {
      if (!name.empty()) name += '.';
      name += question.substr(at + 1, static_cast<unsigned>(question[at]));
    }
    for (char& letter : name) letter = static_cast<char>(std::tolower(letter));
    const std::scoped_lock lock(mutex_);
    if (hushed_[name] > 0) {
      --hushed_[name];
      return "";
    }
    if (fails_) return DnsAnswer(question, 2, {});
    const auto found = names_.find(name);
    return found == names_.end() ? DnsAnswer(question, 3, {})
                                 : DnsAnswer(question, 0, found->second);
  }

  std::string ip_ = FreeAddress();
  TempFolder folder_;
  int fd_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  std::mutex mutex_;
  std::map<std::string, std::vector<std::string>> names_;
  std::map<std::string, int> hushed_;
  std::atomic<bool> fails_ = false;
  std::atomic<int> questions_ = 0;
  std::jthread thread_;
};

}  // namespace bowline::testing
