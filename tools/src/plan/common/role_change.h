#pragma once
// The last change of a server's role, and whether what others tell is from before it. Pure.

#include <chrono>
#include <cstdint>

#include "base/timing.h"

namespace bowline {

struct RoleChange {
  std::chrono::milliseconds ago{0};  ///< since the engine was first seen in its role
  /// The latest config epoch that a majority of the sentinels was known to have then.
  std::uint64_t epoch = 0;

  /// May a majority that names another primary in `told` speak of the time before the change? Its
  /// own promotion is the epoch after the known one; what has come later has a later one.
  [[nodiscard]] bool MayPrecede(std::uint64_t told, std::chrono::milliseconds bound) const {
    return ago < bound && told <= epoch + 1;
  }
};

}  // namespace bowline
