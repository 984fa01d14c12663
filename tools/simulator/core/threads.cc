// The C library's threads, mutexes and conditions: a thread is a fiber of the process that starts
// it, and who must wait lets others run. All that is linked into the program uses these, the
// standard library among them; there is one real thread.

#include <pthread.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "simulator/core/time.h"

namespace bowline::simulator {
namespace {

/// First in, first out; the links are in the fibers.
struct Queue {
  Fiber* first = nullptr;

  void Push(Fiber& fiber) {
    fiber.next_waiter = nullptr;
    Fiber** end = &first;
    while (*end != nullptr) end = &(*end)->next_waiter;
    *end = &fiber;
  }
  Fiber* Pop() {
    Fiber* const fiber = first;
    if (fiber != nullptr) first = fiber->next_waiter;
    return fiber;
  }
  bool Remove(const Fiber& fiber) {
    for (Fiber** link = &first; *link != nullptr; link = &(*link)->next_waiter) {
      if (*link != &fiber) continue;
      *link = fiber.next_waiter;
      return true;
    }
    return false;
  }
};

// In the room of the library's own types, of which all bytes are zero at the beginning; the kind of
// a mutex stays where the library has it.
struct Mutex {
  const void* owner;
  Queue waiters;
  int kind;
  int depth;
};
static_assert(sizeof(Mutex) <= sizeof(pthread_mutex_t));
static_assert(offsetof(Mutex, kind) == offsetof(pthread_mutex_t, __data.__kind));
struct Condition {
  Queue waiters;
  clockid_t clock;
};
static_assert(sizeof(Condition) <= sizeof(pthread_cond_t));

Mutex& Of(pthread_mutex_t* mutex) { return *reinterpret_cast<Mutex*>(mutex); }
Condition& Of(pthread_cond_t* condition) { return *reinterpret_cast<Condition*>(condition); }

/// Who runs: a fiber, or else the one thread itself.
const void* Self() {
  static const char outside = 0;
  const Scheduler* const scheduler = Running();
  const Fiber* const fiber = scheduler == nullptr ? nullptr : scheduler->Current();
  return fiber == nullptr ? static_cast<const void*>(&outside) : fiber;
}

bool TryLock(Mutex& mutex) {
  if (mutex.owner == nullptr) {
    mutex.owner = Self();
    mutex.depth = 1;
    return true;
  }
  if (mutex.owner != Self() || mutex.kind != PTHREAD_MUTEX_RECURSIVE) return false;
  ++mutex.depth;
  return true;
}

void Lock(Mutex& mutex) {
  while (!TryLock(mutex)) {
    // A callback of a model waits for a fiber, or a fiber for itself.
    if (mutex.owner == Self() || Running()->Current() == nullptr) std::abort();
    mutex.waiters.Push(*Running()->Current());
    (void)Running()->Park();
  }
}

void Unlock(Mutex& mutex) {
  if (--mutex.depth > 0) return;
  mutex.owner = nullptr;
  if (Fiber* const next = mutex.waiters.Pop()) Running()->Wake(*next);
}

/// ETIMEDOUT or 0.
int Wait(Condition& condition, Mutex& mutex, Micros until) {
  Fiber& self = *Running()->Current();
  condition.waiters.Push(self);
  Unlock(mutex);
  const bool woken = Running()->Park(until);
  if (!woken) (void)condition.waiters.Remove(self);
  Lock(mutex);
  return woken ? 0 : ETIMEDOUT;
}

}  // namespace
}  // namespace bowline::simulator

namespace sim = bowline::simulator;
using sim::Of;

// NOLINTBEGIN(readability-identifier-naming): the library's names
extern "C" {

int pthread_create(pthread_t* thread, const pthread_attr_t*, void* (*body)(void*), void* argument) {
  sim::Scheduler* const scheduler = sim::Running();
  if (scheduler == nullptr || scheduler->Current() == nullptr) std::abort();
  sim::Fiber& fiber =
      scheduler->Start(scheduler->Current()->owner(), [body, argument] { (void)body(argument); });
  *thread = reinterpret_cast<pthread_t>(&fiber);
  return 0;
}

int pthread_join(pthread_t thread, void**) {
  auto& fiber = *reinterpret_cast<sim::Fiber*>(thread);
  while (!fiber.ended()) {
    fiber.joiner = sim::Running()->Current();
    (void)sim::Running()->Park();
  }
  return 0;
}

int pthread_detach(pthread_t) noexcept { return 0; }

int pthread_mutex_init(pthread_mutex_t* mutex, const pthread_mutexattr_t* attributes) noexcept {
  std::memset(mutex, 0, sizeof *mutex);
  int kind = PTHREAD_MUTEX_NORMAL;
  if (attributes != nullptr) (void)::pthread_mutexattr_gettype(attributes, &kind);
  Of(mutex).kind = kind;
  return 0;
}
int pthread_mutex_destroy(pthread_mutex_t*) noexcept { return 0; }
int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  sim::Lock(Of(mutex));
  return 0;
}
int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
  return sim::TryLock(Of(mutex)) ? 0 : EBUSY;
}
int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
  sim::Unlock(Of(mutex));
  return 0;
}

int pthread_cond_init(pthread_cond_t* condition, const pthread_condattr_t* attributes) noexcept {
  std::memset(condition, 0, sizeof *condition);
  if (attributes != nullptr) (void)::pthread_condattr_getclock(attributes, &Of(condition).clock);
  return 0;
}
int pthread_cond_destroy(pthread_cond_t*) noexcept { return 0; }
int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  return sim::Wait(Of(condition), Of(mutex), sim::kNever);
}
int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const timespec* until) {
  return sim::Wait(Of(condition), Of(mutex), sim::ToVirtual(*sim::Running(), clock, *until));
}
int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           const timespec* until) {
  return pthread_cond_clockwait(condition, mutex, Of(condition).clock, until);
}
int pthread_cond_signal(pthread_cond_t* condition) noexcept {
  if (sim::Fiber* const fiber = Of(condition).waiters.Pop()) sim::Running()->Wake(*fiber);
  return 0;
}
int pthread_cond_broadcast(pthread_cond_t* condition) noexcept {
  while (sim::Fiber* const fiber = Of(condition).waiters.Pop()) sim::Running()->Wake(*fiber);
  return 0;
}

}  // extern "C"
// NOLINTEND(readability-identifier-naming)
