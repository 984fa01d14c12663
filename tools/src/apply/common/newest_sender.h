#pragma once
// Keeps something at the API server as it is wanted, by a thread of its own: an API server that
// does not answer must never delay a start, a probe or a handover. Only the newest value counts: no
// queue grows while calls fail.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/error.h"
#include "sys/deadline.h"
#include "sys/log.h"
#include "sys/thread_root.h"

namespace bowline {

template <typename Value>
class NewestSender {
 public:
  /// `send` has a deadline of its own. `what` names the value in the log. After a value was taken
  /// `pace` passes before the next one is sent.
  NewestSender(std::string what, Milliseconds pace, std::function<Status(const Value&)> send)
      : what_(std::move(what)),
        pace_(pace),
        send_(std::move(send)),
        thread_(StartThread(what_, [this](const std::stop_token& stop) { Run(stop); })) {}
  NewestSender(const NewestSender&) = delete;
  NewestSender& operator=(const NewestSender&) = delete;
  /// Waits for a call that is under way, and for no other.
  ~NewestSender() = default;

  /// Returns at once. A value that is wanted already is not sent anew. Sent again after a second
  /// when the call fails, after five when rights are missing; a failure is logged once, until it is
  /// another one.
  void Set(Value value) {
    const std::scoped_lock lock(mutex_);
    if (version_ > 0 && wanted_ == value) return;
    wanted_ = std::move(value);
    ++version_;
    changed_.notify_all();
  }

  /// Sends now, and waits until the newest value was tried or the deadline passes; for just before
  /// an exit.
  void Flush(Deadline deadline) {
    std::unique_lock lock(mutex_);
    flushing_ = true;
    changed_.notify_all();
    changed_.wait_for(lock, deadline.Left(), [this] { return tried_ == version_; });
    flushing_ = false;
  }

 private:
  static constexpr Milliseconds kRetry{1000};
  static constexpr Milliseconds kRetryDenied{5000};  // somebody must change a Role first

  void Run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    // Told to stop, the wait still says whether there is something to send: that would be for ever
    // while calls fail.
    while (changed_.wait(lock, stop, [this] { return sent_ != version_; }) &&
           !stop.stop_requested()) {
      const Value value = wanted_;
      const std::uint64_t version = version_;
      lock.unlock();
      const Status sent = send_(value);
      Note(sent);
      lock.lock();
      tried_ = version;
      if (sent) sent_ = version;
      changed_.notify_all();
      changed_.wait_for(lock, stop, PauseAfter(sent),
                        [this] { return flushing_ && tried_ != version_; });
    }
  }

  [[nodiscard]] Milliseconds PauseAfter(const Status& sent) const {
    if (sent) return pace_;
    return sent.error().code == Code::kPermissionDenied ? kRetryDenied : kRetry;
  }

  void Note(const Status& sent) {
    const std::string problem = sent ? "" : sent.error().ToString();
    if (!sent && problem != problem_) LogWarning(what_ + " cannot be set", {{"err", problem}});
    problem_ = problem;
  }

  std::string what_;
  Milliseconds pace_;
  std::function<Status(const Value&)> send_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  Value wanted_{};
  std::uint64_t version_ = 0;  ///< of wanted_
  std::uint64_t sent_ = 0;     ///< the version that the API server has
  std::uint64_t tried_ = 0;    ///< the last version that was sent, whatever came of it
  bool flushing_ = false;
  std::string problem_;  ///< the last failure, of the sending thread alone
  std::jthread thread_;
};

}  // namespace bowline
