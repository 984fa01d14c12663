#include "sys/resolve.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <iterator>
#include <optional>
#include <utility>

#include "base/timing.h"
#include "sys/dns_message.h"
#include "sys/files.h"

namespace bowline {
namespace {

constexpr std::size_t kAtOnce = 256;  // names; each has up to four sockets
constexpr std::size_t kConfLimit = 64U << 10U;
constexpr std::size_t kAnswerLimit = 4096;
constexpr std::uint16_t kPort = 53;

bool IsAddress(const std::string& host) {
  in6_addr bytes{};
  return ::inet_pton(AF_INET, host.c_str(), &bytes) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &bytes) == 1;
}

/// A socket that hears only the name server, at a port of the kernel's choice; -1: there is none.
int SocketTo(const std::string& server) {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sockaddr_in four{};
  sockaddr_in6 six{};
  if (::inet_pton(AF_INET, server.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = htons(kPort);
    size = sizeof four;
    std::memcpy(&storage, &four, size);
  } else if (::inet_pton(AF_INET6, server.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(kPort);
    size = sizeof six;
    std::memcpy(&storage, &six, size);
  } else {
    return -1;
  }
  const int fd = ::socket(storage.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets' own interface
  if (fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&storage), size) != 0) {
    ::close(fd);
    return -1;
  }
  return fd;
}

/// One name on its way.
class Lookup {
 public:
  Lookup(std::string host, const std::string& like, const std::vector<std::string>& servers)
      : host_(std::move(host)), servers_(servers), both_(like.empty()) {
    if (IsAddress(host_)) result_ = std::vector<std::string>{host_};
    Turn(like.contains(':') ? DnsFamily::kIpv6 : DnsFamily::kIpv4);
  }
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;
  ~Lookup() { Hush(); }

  [[nodiscard]] bool ended() const { return result_.has_value(); }
  /// When the next server is to be asked; nullopt: it has not begun.
  [[nodiscard]] std::optional<Milliseconds> next() const {
    return tries_ > 0 ? std::optional(next_) : std::nullopt;
  }
  [[nodiscard]] const std::vector<int>& sockets() const { return sockets_; }

  /// Asks the next server when it is time. An answer to an earlier question is still taken.
  void Ask(Milliseconds now) {
    if (ended() || now < next_) return;
    next_ = now + kDnsAskAgain;
    const int fd = SocketTo(servers_[tries_++ % servers_.size()]);
    if (fd < 0) return Failed("no socket to the name server");
    sockets_.push_back(fd);
    if (::send(fd, question_.data(), question_.size(), MSG_NOSIGNAL) < 0) Failed("not sent");
  }

  void Hear(int fd) {
    std::array<char, kAnswerLimit> buffer{};
    const ssize_t size = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (size < 0) {
      if (errno == EAGAIN || errno == EINTR) return;
      const std::string why = std::strerror(errno);
      ::close(fd);
      std::erase(sockets_, fd);
      return Failed(why);
    }
    auto answer = ReadDnsAnswer(question_, {buffer.data(), static_cast<std::size_t>(size)});
    if (answer) return Answered(*std::move(answer));
    if (answer.error().code == Code::kInvalidArgument) return;  // somebody else's word
    if (answer.error().code == Code::kUnavailable) return Failed(answer.error().message);
    End(Fail(answer.error().code, "resolving {}: {}", host_, answer.error().message));
  }

  /// kDeadlineExceeded when it has not ended.
  Addresses Take() {
    if (ended()) return *std::move(result_);
    if (!found_.empty()) return std::move(found_);
    return Fail(Code::kDeadlineExceeded, "resolving {}: DNS did not answer in time", host_);
  }

 private:
  void Turn(DnsFamily family) {
    family_ = family;
    next_ = Milliseconds(0);
    tries_ = failures_ = 0;
    auto question = DnsQuestion(host_, family);
    if (question) {
      question_ = *std::move(question);
    } else if (!ended()) {
      End(std::unexpected(question.error()));
    }
  }

  void Answered(std::vector<std::string> addresses) {
    std::ranges::move(addresses, std::back_inserter(found_));
    const bool first = std::exchange(first_, false);
    if (first && (both_ || found_.empty())) {
      Hush();
      return Turn(family_ == DnsFamily::kIpv4 ? DnsFamily::kIpv6 : DnsFamily::kIpv4);
    }
    if (found_.empty()) return End(Fail(Code::kNotFound, "resolving {}: no address", host_));
    End(std::move(found_));
  }

  /// The next server is asked at once; when all have failed, DNS has.
  void Failed(const std::string& why) {
    next_ = Milliseconds(0);
    if (++failures_ >= servers_.size()) {
      End(Fail(Code::kUnavailable, "resolving {}: {}", host_, why));
    }
  }

  void End(Addresses result) {
    result_ = std::move(result);
    Hush();
  }

  void Hush() {
    for (const int fd : sockets_) ::close(fd);
    sockets_.clear();
  }

  std::string host_;
  const std::vector<std::string>& servers_;
  bool both_;
  bool first_ = true;  ///< of the families
  DnsFamily family_ = DnsFamily::kIpv4;
  std::string question_;
  std::size_t tries_ = 0;
  std::size_t failures_ = 0;
  Milliseconds next_{0};  ///< of the steady clock
  std::vector<int> sockets_;
  std::vector<std::string> found_;
  std::optional<Addresses> result_;
};

/// Waits for one of the answers, or until the next question is due.
void Hear(std::deque<Lookup>& lookups, Deadline deadline) {
  std::vector<pollfd> polled;
  std::vector<Lookup*> owners;
  Milliseconds span = deadline.Left();
  for (Lookup& lookup : lookups) {
    if (lookup.ended()) continue;
    for (const int fd : lookup.sockets()) {
      polled.push_back({.fd = fd, .events = POLLIN, .revents = 0});
      owners.push_back(&lookup);
    }
    if (const auto next = lookup.next()) span = std::min(span, *next - Since({}));
  }
  const int wait = static_cast<int>(std::max(span, Milliseconds(0)).count());
  if (::poll(polled.data(), polled.size(), wait) <= 0) return;
  for (std::size_t i = 0; i < polled.size(); ++i) {
    // What it has heard before in this round may have ended it.
    if (polled[i].revents != 0 && std::ranges::contains(owners[i]->sockets(), polled[i].fd)) {
      owners[i]->Hear(polled[i].fd);
    }
  }
}

}  // namespace

std::vector<Addresses> ResolveAll(const std::vector<std::string>& hosts, Deadline deadline,
                                  const std::string& like, const std::string& resolv_conf) {
  const std::vector<std::string> servers =
      DnsServers(ReadFile(resolv_conf, kConfLimit).value_or(""));
  std::deque<Lookup> lookups;
  for (const std::string& host : hosts) lookups.emplace_back(host, like, servers);
  while (!deadline.Passed()) {
    std::size_t running = 0;
    for (Lookup& lookup : lookups) {
      if (lookup.ended() || running == kAtOnce) continue;
      lookup.Ask(Since({}));
      ++running;
    }
    if (running == 0) break;
    Hear(lookups, deadline);
  }
  std::vector<Addresses> answers;
  answers.reserve(lookups.size());
  for (Lookup& lookup : lookups) answers.push_back(lookup.Take());
  return answers;
}

Addresses Resolve(const std::string& host, Deadline deadline, const std::string& like,
                  const std::string& resolv_conf) {
  return std::move(ResolveAll({host}, deadline, like, resolv_conf).front());
}

}  // namespace bowline
