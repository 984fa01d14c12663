#pragma once
// Loops that are cut into steps. A step does one look, or one call, and says when it is to be
// called again; a lane is one thread that carries several steps, one at a time. Which steps share a
// lane, and how long each may block it: docs/architecture.md, "Threads". The clock of a lane is the
// steady one, or, for who has no thread (a test, a simulator), whatever time RunDue is given.

#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "sys/deadline.h"

namespace bowline {

/// How long to wait until the next call, counted from the end of this one; kUntilWoken: for ever.
using StepBody = std::function<Milliseconds()>;
inline constexpr Milliseconds kUntilWoken = Milliseconds::max();

/// Must outlive its steps.
class Lane {
 public:
  enum class Driver {
    kThread,  ///< a thread of its own, which is started with the first step
    kCaller,  ///< RunDue
  };

  /// `name`: of the thread; the kernel keeps 15 characters of it.
  explicit Lane(std::string name, Driver driver = Driver::kThread);
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  /// While it is held no call begins. Before several steps end: each waits for its own call, and
  /// calls that begin meanwhile would add up.
  void Hold(bool held);

  /// Runs each step that is due at `now`, the longest due first, until none is. When the next one
  /// is due; kUntilWoken: none will be by itself. Only with Driver::kCaller.
  Milliseconds RunDue(Milliseconds now);

 private:
  friend class Step;
  struct Entry {
    std::string what;
    StepBody body;
    Milliseconds due{0};
    bool running = false;
    bool woken = false;  ///< while it ran
    bool gone = false;   ///< its step ends
  };

  Entry& Add(std::string what, StepBody body);
  void Wake(Entry& entry);
  void Remove(Entry& entry);
  void Run(const std::stop_token& stop);
  /// The one that is due first; nullptr: there is none, or the lane is held. With the lock held.
  Entry* First();
  /// Unlocks while the body runs. `now`: when it has ended; empty: the steady clock tells.
  void RunOne(std::unique_lock<std::mutex>& lock, Entry& entry, const Milliseconds* now);

  std::string name_;
  Driver driver_;
  std::mutex mutex_;
  std::condition_variable_any changed_;  ///< for the thread
  std::condition_variable ended_;        ///< a body has
  bool news_ = false;
  bool held_ = false;
  Milliseconds now_{0};  ///< of the last RunDue
  std::list<Entry> entries_;
  std::jthread thread_;
};

/// A step on its lane, from now on until its end: the first call comes at once. What the body
/// throws is logged, and a second later it is called again.
class Step {
 public:
  Step(Lane& lane, std::string what, StepBody body)
      : lane_(lane), entry_(lane.Add(std::move(what), std::move(body))) {}
  /// Waits for a call of this body that is under way, and for no other step's. Not from the body.
  ~Step() { lane_.Remove(entry_); }
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

  /// It is due now; when it runs at this moment, once more at its end. Returns at once.
  void Wake() { lane_.Wake(entry_); }

 private:
  Lane& lane_;
  Lane::Entry& entry_;
};

}  // namespace bowline
