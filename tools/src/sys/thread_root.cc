#include "sys/thread_root.h"

#include <sys/prctl.h>

#include <condition_variable>
#include <mutex>
#include <system_error>

#include "sys/deadline.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr Milliseconds kAgain{1000};
constexpr Milliseconds kStartPatience{20'000};
constexpr Milliseconds kStartAgain{200};

void Root(const std::stop_token& stop, const std::string& what,
          const std::function<void(const std::stop_token&)>& body) {
  NameThread(what);
  std::mutex mutex;
  std::condition_variable_any wake;
  while (!Caught(what.c_str(), [&] { body(stop); }) && !stop.stop_requested()) {
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, kAgain, [] { return false; });
  }
}

}  // namespace

void NameThread(const std::string& name) { (void)::prctl(PR_SET_NAME, name.c_str()); }

bool Caught(const char* what, const std::function<void()>& body) noexcept {
  try {
    body();
    return true;
  } catch (const std::exception& error) {
    try {
      LogError("a thread has failed", {{"thread", what}, {"err", error.what()}});
    } catch (...) {  // NOLINT(bugprone-empty-catch): no memory to tell it
    }
  } catch (...) {
    try {
      LogError("a thread has failed", {{"thread", what}});
    } catch (...) {  // NOLINT(bugprone-empty-catch): no memory to tell it
    }
  }
  return false;
}

std::jthread StartThread(std::string what, std::function<void(const std::stop_token&)> body) {
  const Deadline patience = Deadline::In(kStartPatience);
  while (true) {
    try {
      return std::jthread([what, body](const std::stop_token& stop) { Root(stop, what, body); });
    } catch (const std::system_error& error) {
      LogError("a thread cannot be started", {{"thread", what}, {"err", error.what()}});
      if (!patience.Sleep(kStartAgain)) throw;
    }
  }
}

}  // namespace bowline
