#pragma once
// Keeps something at the API server as it is wanted, as a step on a lane: an API server that does
// not answer must never delay a start, a probe or a handover. Only the newest value counts: no
// queue grows while calls fail.

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#include "base/error.h"
#include "runtime/lane.h"
#include "sys/log.h"

namespace bowline {

template <typename Value>
class NewestSender {
 public:
  using Send = std::function<Status(const Value& value, Deadline deadline)>;

  /// `what` names the value in the log. After a value was taken `pace` passes before the next one
  /// is sent. `timeout`: of one call; the lane is blocked for no longer.
  NewestSender(Lane& lane, std::string what, Milliseconds pace, Milliseconds timeout, Send send)
      : what_(std::move(what)),
        pace_(pace),
        timeout_(timeout),
        send_(std::move(send)),
        step_(lane, what_, [this] { return Look(); }) {}
  NewestSender(const NewestSender&) = delete;
  NewestSender& operator=(const NewestSender&) = delete;
  /// Waits for a call of its own that is under way, and for no other.
  ~NewestSender() = default;

  /// Returns at once. A value that is wanted already is not sent anew. Sent again after a second
  /// when the call fails, after five when rights are missing; a failure is logged once, until it is
  /// another one.
  void Set(Value value) {
    {
      const std::scoped_lock lock(mutex_);
      if (version_ > 0 && wanted_ == value) return;
      wanted_ = std::move(value);
      ++version_;
    }
    step_.Wake();
  }

  /// Sends now, on the caller's thread, and waits until the newest value was tried or the deadline
  /// passes; for just before an exit, which must not wait for what else is on the lane.
  void Flush(Deadline deadline) {
    std::unique_lock lock(mutex_);
    tried_one_.wait_for(lock, deadline.Left(), [this] { return !sending_; });
    if (!sending_ && tried_ != version_) Try(lock, deadline.Within(timeout_));
  }

 private:
  static constexpr Milliseconds kRetry{1000};
  static constexpr Milliseconds kRetryDenied{5000};  // somebody must change a Role first

  Milliseconds Look() {
    std::unique_lock lock(mutex_);
    if (sending_) return timeout_;  // by a flush
    if (sent_ == version_) return kUntilWoken;
    if (Since({}) >= not_before_) Try(lock, Deadline::In(timeout_));
    return sent_ == version_ ? kUntilWoken : std::max(not_before_ - Since({}), Milliseconds(0));
  }

  /// Unlocks during the call.
  void Try(std::unique_lock<std::mutex>& lock, Deadline deadline) {
    const Value value = wanted_;
    const std::uint64_t version = version_;
    sending_ = true;
    lock.unlock();
    Status sent;
    try {
      sent = send_(value, deadline);
    } catch (const std::exception& error) {
      sent = Fail(Code::kInternal, "{}", error.what());
    }
    Note(sent);
    lock.lock();
    sending_ = false;
    tried_ = version;
    if (sent) sent_ = version;
    not_before_ = Since({}) + PauseAfter(sent);
    tried_one_.notify_all();
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
  Milliseconds timeout_;
  Send send_;
  std::mutex mutex_;
  std::condition_variable tried_one_;
  Value wanted_{};
  std::uint64_t version_ = 0;  ///< of wanted_
  std::uint64_t sent_ = 0;     ///< the version that the API server has
  std::uint64_t tried_ = 0;    ///< the last version that was sent, whatever came of it
  bool sending_ = false;
  Milliseconds not_before_{0};  ///< of the steady clock: the next call
  std::string problem_;         ///< the last failure; of who sends alone
  Step step_;
};

}  // namespace bowline
