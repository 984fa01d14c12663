#pragma once
// One thread, one virtual clock, one source of random numbers: what runs next is drawn from the
// seed. A fiber stands for a thread of a process. It runs until it waits; other fibers run only
// then. Models are callbacks that must not wait.

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "simulator/core/fiber.h"

namespace bowline::simulator {

/// Microseconds of the virtual steady clock since the begin of the history.
using Micros = std::int64_t;
inline constexpr Micros kMillisecond = 1000;
inline constexpr Micros kSecond = 1'000'000;
inline constexpr Micros kNever = std::numeric_limits<Micros>::max();

/// What fibers belong to: a process of a simulated machine.
class Owner {
 public:
  virtual ~Owner() = default;
  [[nodiscard]] bool alive() const { return alive_; }
  /// No fiber of it runs any more; what they have on their stacks is left as it is.
  void Kill() { alive_ = false; }
  /// Added to the wall clock as this process reads it.
  Micros wall_offset = 0;

 private:
  bool alive_ = true;
};

class Scheduler {
 public:
  explicit Scheduler(std::uint64_t seed);
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  [[nodiscard]] Micros Now() const { return now_; }
  /// 0 to `bound` - 1.
  int Below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }
  /// Both ends included.
  Micros Between(Micros low, Micros high) {
    return low + static_cast<Micros>(random_() % static_cast<std::uint64_t>(high - low + 1));
  }
  std::uint64_t Random() { return random_(); }

  /// `what` must not wait.
  void At(Micros when, std::function<void()> what);
  void In(Micros span, std::function<void()> what) { At(now_ + span, std::move(what)); }

  Fiber& Start(Owner& owner, std::function<void()> body);
  /// The fiber that runs; nullptr: a callback does.
  [[nodiscard]] Fiber* Current() const { return current_; }
  /// Of a fiber: waits until it is woken, or until then. True when it was woken.
  bool Park(Micros until = kNever);
  void Wake(Fiber& fiber);
  /// Of a fiber: lets the others run.
  void Yield();

  /// Until the clock says `until`; what happens then is done.
  void RunUntil(Micros until);

 private:
  struct Event {
    Micros when = 0;
    std::uint64_t number = 0;
    std::function<void()> what;
  };
  static bool Later(const Event& one, const Event& other) {
    return std::pair(one.when, one.number) > std::pair(other.when, other.number);
  }
  void RunFibers();
  void Run(Fiber& fiber);

  std::mt19937_64 random_;
  Micros now_ = 0;
  std::uint64_t events_made_ = 0;
  std::vector<Event> events_;  ///< a heap
  std::vector<Fiber*> ready_;
  std::vector<std::unique_ptr<Fiber>> fibers_;
  Fiber* current_ = nullptr;
  std::uint64_t at_once_ = 0;  ///< fibers that have run without the clock going on
};

/// The one that runs; nullptr: there is none yet.
Scheduler* Running();

}  // namespace bowline::simulator
