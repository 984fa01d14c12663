#include "simulator/core/scheduler.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace bowline::simulator {
namespace {

// More fibers than that run in one instant only when some of them wait for each other in a circle.
constexpr std::uint64_t kAtOnce = 200'000;

Scheduler* running = nullptr;

}  // namespace

Scheduler* Running() { return running; }

Scheduler::Scheduler(std::uint64_t seed) : random_(seed) { running = this; }

Scheduler::~Scheduler() { running = nullptr; }

void Scheduler::At(Micros when, std::function<void()> what) {
  events_.push_back({std::max(when, now_), ++events_made_, std::move(what)});
  std::ranges::push_heap(events_, &Scheduler::Later);
}

Fiber& Scheduler::Start(Owner& owner, std::function<void()> body) {
  Fiber& fiber = *fibers_.emplace_back(std::make_unique<Fiber>(owner, std::move(body)));
  ready_.push_back(&fiber);
  return fiber;
}

bool Scheduler::Park(Micros until) {
  Fiber& fiber = *current_;
  fiber.woken = false;
  fiber.parked = true;
  ++fiber.parks;
  if (until != kNever) {
    At(until, [this, &fiber, parks = fiber.parks] {
      if (!fiber.parked || fiber.parks != parks) return;
      fiber.parked = false;
      ready_.push_back(&fiber);
    });
  }
  fiber.Leave();
  return fiber.woken;
}

void Scheduler::Wake(Fiber& fiber) {
  if (!fiber.parked) return;
  fiber.parked = false;
  fiber.woken = true;
  ready_.push_back(&fiber);
}

void Scheduler::Yield() {
  Fiber& fiber = *current_;
  ready_.push_back(&fiber);
  fiber.Leave();
}

void Scheduler::Run(Fiber& fiber) {
  if (!fiber.owner().alive() || fiber.ended()) return;
  current_ = &fiber;
  fiber.Enter();
  current_ = nullptr;
  if (fiber.ended() && fiber.joiner != nullptr) Wake(*fiber.joiner);
}

void Scheduler::RunFibers() {
  while (!ready_.empty()) {
    if (++at_once_ > kAtOnce) {
      std::fputs("the simulator: fibers run for ever without waiting\n", stderr);
      std::abort();
    }
    const auto drawn = static_cast<std::size_t>(Below(static_cast<int>(ready_.size())));
    Fiber* const fiber = ready_[drawn];
    ready_[drawn] = ready_.back();
    ready_.pop_back();
    Run(*fiber);
  }
}

void Scheduler::RunUntil(Micros until) {
  RunFibers();
  while (!events_.empty() && events_.front().when <= until) {
    std::ranges::pop_heap(events_, &Scheduler::Later);
    Event event = std::move(events_.back());
    events_.pop_back();
    if (event.when > now_) at_once_ = 0;
    now_ = event.when;
    event.what();
    RunFibers();
  }
  now_ = until;
}

}  // namespace bowline::simulator
