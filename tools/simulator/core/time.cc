// The C library's clocks and sleeps, for all that is linked into the program: while a scheduler
// runs, they are its virtual clock. The wall clock begins on 2026-01-01.

#include "simulator/core/time.h"

#include <sched.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

namespace bowline::simulator {
namespace {

constexpr Micros kWallBegin = 1'767'225'600 * kSecond;
// The steady clock never says zero: a default-constructed time point is long ago.
constexpr Micros kSteadyBegin = 100'000 * kSecond;

timespec ToTimespec(Micros at) {
  timespec spec{};
  spec.tv_sec = at / kSecond;
  spec.tv_nsec = (at % kSecond) * 1000;
  return spec;
}

Micros ToMicros(const timespec& spec) {
  return spec.tv_sec * kSecond + (spec.tv_nsec + 999) / 1000;
}

bool IsWall(clockid_t clock) { return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE; }

}  // namespace

Micros Wall(const Scheduler& scheduler) {
  const Fiber* const fiber = scheduler.Current();
  return kWallBegin + scheduler.Now() + (fiber == nullptr ? 0 : fiber->owner().wall_offset);
}

Micros ToVirtual(const Scheduler& scheduler, clockid_t clock, const timespec& at) {
  return IsWall(clock) ? ToMicros(at) - Wall(scheduler) + scheduler.Now()
                       : ToMicros(at) - kSteadyBegin;
}

namespace {

int Sleep(Micros span) {
  Scheduler& scheduler = *Running();
  if (scheduler.Current() == nullptr) return EINVAL;  // a callback must not wait
  (void)scheduler.Park(scheduler.Now() + span);
  return 0;
}

}  // namespace
}  // namespace bowline::simulator

using bowline::simulator::Running;

// NOLINTBEGIN(readability-identifier-naming, bugprone-reserved-identifier): the library's names
extern "C" {

int clock_gettime(clockid_t clock, timespec* at) noexcept {
  if (Running() == nullptr || clock == CLOCK_PROCESS_CPUTIME_ID) {
    return static_cast<int>(::syscall(SYS_clock_gettime, clock, at));
  }
  namespace sim = bowline::simulator;
  *at = sim::ToTimespec(sim::IsWall(clock) ? sim::Wall(*Running())
                                           : Running()->Now() + sim::kSteadyBegin);
  return 0;
}

time_t time(time_t* at) noexcept {
  timespec now{};
  (void)clock_gettime(CLOCK_REALTIME, &now);
  if (at != nullptr) *at = now.tv_sec;
  return now.tv_sec;
}

int gettimeofday(timeval* at, void*) noexcept {
  timespec now{};
  (void)clock_gettime(CLOCK_REALTIME, &now);
  at->tv_sec = now.tv_sec;
  at->tv_usec = now.tv_nsec / 1000;
  return 0;
}

int nanosleep(const timespec* span, timespec*) {
  return bowline::simulator::Sleep(bowline::simulator::ToMicros(*span));
}

int clock_nanosleep(clockid_t clock, int flags, const timespec* span, timespec*) {
  namespace sim = bowline::simulator;
  if ((flags & TIMER_ABSTIME) == 0) return sim::Sleep(sim::ToMicros(*span));
  return sim::Sleep(sim::ToVirtual(*Running(), clock, *span) - Running()->Now());
}

int sched_yield() noexcept {
  if (Running() != nullptr && Running()->Current() != nullptr) Running()->Yield();
  return 0;
}

ssize_t getrandom(void* to, size_t size, unsigned flags) {
  if (Running() == nullptr) return ::syscall(SYS_getrandom, to, size, flags);
  auto* const bytes = static_cast<unsigned char*>(to);
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<unsigned char>(Running()->Random());
  return static_cast<ssize_t>(size);
}

}  // extern "C"
// NOLINTEND(readability-identifier-naming, bugprone-reserved-identifier)
