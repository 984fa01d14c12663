#pragma once
// The product's deadlines on the virtual clock.

#include "simulator/core/scheduler.h"
#include "sys/deadline.h"

namespace bowline::simulator {

inline Micros Until(Deadline deadline) {
  return Running()->Now() + deadline.Left().count() * kMillisecond;
}

}  // namespace bowline::simulator
