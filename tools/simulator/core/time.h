#pragma once
// The two clocks of the C library, in terms of the virtual one.

#include <ctime>

#include "simulator/core/scheduler.h"

namespace bowline::simulator {

/// Microseconds since 1970, as the process that runs reads them.
Micros Wall(const Scheduler& scheduler);

/// The virtual time of a time of one of the C library's clocks.
Micros ToVirtual(const Scheduler& scheduler, clockid_t clock, const timespec& at);

}  // namespace bowline::simulator
