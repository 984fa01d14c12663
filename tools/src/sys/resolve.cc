#include "sys/resolve.h"

#include <netdb.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <array>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

#include "sys/thread_root.h"

namespace bowline {
namespace {

using Addresses = Result<std::vector<std::string>>;

int FamilyOf(const std::string& address) {
  if (address.empty()) return AF_UNSPEC;
  return address.contains(':') ? AF_INET6 : AF_INET;
}

Addresses ResolveNow(const std::string& host, int family) {
  addrinfo hints{};
  hints.ai_family = family;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int rc = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  const bool none = rc == EAI_NONAME || rc == EAI_NODATA || rc == EAI_ADDRFAMILY;
  if (none && family != AF_UNSPEC) return ResolveNow(host, AF_UNSPEC);
  if (rc != 0) {
    const Code code = rc == EAI_NONAME ? Code::kNotFound : Code::kUnavailable;
    return Fail(code, "resolving {}: {}", host, ::gai_strerror(rc));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  std::vector<std::string> addresses;
  for (const addrinfo* item = list; item != nullptr; item = item->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (::getnameinfo(item->ai_addr, item->ai_addrlen, text.data(), text.size(), nullptr, 0,
                      NI_NUMERICHOST) == 0) {
      addresses.emplace_back(text.data());
    }
  }
  if (addresses.empty()) return Fail(Code::kNotFound, "resolving {}: no address", host);
  return addresses;
}

/// The threads that look names up: getaddrinfo has no deadline, and with a DNS that does not answer
/// one call takes some 10 s. A look-up whose asker is gone before it has begun is left out.
class Resolvers : public std::enable_shared_from_this<Resolvers> {
 public:
  static Resolvers& Instance() {
    // Kept by its threads: at the program's end one may still be in a look-up.
    static const auto instance = std::make_shared<Resolvers>();
    return *instance;
  }

  Result<std::future<Addresses>> Begin(const std::string& host, int family, Deadline deadline) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(queue_, [](const Task& task) { return task.deadline.Passed(); });
    if (queue_.size() >= kWaiting) {
      return Fail(Code::kUnavailable, "resolving {}: {} look-ups wait already", host, kWaiting);
    }
    queue_.push_back({.host = host, .family = family, .deadline = deadline, .answer = {}});
    std::future<Addresses> answer = queue_.back().answer.get_future();
    if (idle_ < queue_.size() && threads_ < kMostResolvers && !StartOne() && threads_ == 0) {
      queue_.pop_back();
      return Fail(Code::kUnavailable, "resolving {}: no thread can be started", host);
    }
    changed_.notify_one();
    return answer;
  }

  std::size_t threads() {
    const std::scoped_lock lock(mutex_);
    return threads_;
  }

 private:
  static constexpr std::size_t kWaiting = 8192;
  static constexpr Milliseconds kIdle{5000};

  struct Task {
    std::string host;
    int family = AF_UNSPEC;
    Deadline deadline;
    std::promise<Addresses> answer;
  };

  bool StartOne() {
    try {
      std::thread([self = shared_from_this()] { self->Work(); }).detach();
    } catch (const std::system_error&) {  // a limit of processes: those that run do the work
      return false;
    }
    ++threads_;
    return true;
  }

  void Work() noexcept {
    bool more = true;
    while (more) {
      (void)Caught("resolver", [&] { more = WorkOnce(); });
    }
  }

  /// False: there was nothing to do for a while, and the thread ends.
  bool WorkOnce() {
    std::unique_lock lock(mutex_);
    ++idle_;
    changed_.wait_for(lock, kIdle, [this] { return !queue_.empty(); });
    --idle_;
    if (queue_.empty()) {
      --threads_;
      return false;
    }
    Task task = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    if (!task.deadline.Passed()) task.answer.set_value(ResolveNow(task.host, task.family));
    return true;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> queue_;
  std::size_t threads_ = 0;
  std::size_t idle_ = 0;
};

}  // namespace

Addresses Resolve(const std::string& host, Deadline deadline, const std::string& like) {
  const auto late = [&] {
    return Fail(Code::kDeadlineExceeded, "resolving {}: DNS did not answer in time", host);
  };
  if (deadline.Passed()) return late();
  auto answer = Resolvers::Instance().Begin(host, FamilyOf(like), deadline);
  if (!answer) return std::unexpected(answer.error());
  if (answer->wait_for(deadline.Left()) != std::future_status::ready) return late();
  try {
    return answer->get();
  } catch (const std::future_error&) {  // it was left out at its deadline
    return late();
  }
}

std::size_t ResolverThreads() { return Resolvers::Instance().threads(); }

std::string StableChoice(const std::vector<std::string>& addresses, const std::string& own) {
  const bool six = own.contains(':');
  std::string best;
  for (const std::string& address : addresses) {
    const bool alike = own.empty() || address.contains(':') == six;
    const bool best_alike = own.empty() || best.contains(':') == six;
    if (best.empty() || (alike && !best_alike) || (alike == best_alike && address < best)) {
      best = address;
    }
  }
  return best;
}

std::string RandomHex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  if (::getrandom(raw.data(), raw.size(), 0) != static_cast<ssize_t>(raw.size())) std::abort();
  std::string text;
  for (const char byte : raw) text += std::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

}  // namespace bowline
