#pragma once
// A stack with a point on it to go on from.

#include <cstdint>
#include <functional>

namespace bowline::simulator {

class Owner;

class Fiber {
 public:
  Fiber(Owner& owner, std::function<void()> body);
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// From outside of all fibers: runs it until it leaves or ends.
  void Enter();
  /// From the fiber itself: Enter returns.
  void Leave();
  [[nodiscard]] Owner& owner() const { return owner_; }
  [[nodiscard]] bool ended() const { return ended_; }

  // Of the scheduler.
  bool woken = false;
  bool parked = false;
  std::uint64_t parks = 0;  ///< counts up, so that a time-out finds out whether it is too late
  // Of the threads.
  Fiber* joiner = nullptr;
  Fiber* next_waiter = nullptr;  ///< in the queue of a mutex or condition

 private:
  /// Exceptions that are being handled belong to a thread (unwind-cxx.h, __cxa_eh_globals).
  struct Handled {
    void* caught = nullptr;
    unsigned int uncaught = 0;
  };
  static void Begin();
  void SwapHandled();

  Owner& owner_;
  std::function<void()> body_;
  void* stack_ = nullptr;
  void* inside_ = nullptr;  ///< stack pointers of those who do not run
  void* outside_ = nullptr;
  void* shadow_inside_ = nullptr;  ///< of the address sanitizer
  void* shadow_outside_ = nullptr;
  Handled handled_;
  bool ended_ = false;
};

}  // namespace bowline::simulator
