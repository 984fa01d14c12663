#pragma once
// The last change of a server's role, and whether what others tell is from before it. Pure.

#include <chrono>
#include <cstdint>

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

/// So long after its role has changed a server does not follow the word of an older epoch. A
/// planned handover in sentinel mode may need it from the promotion until the old primary has
/// stepped back: calls of 0.5, 1 and 0.25 s, 0.5 s in which the sentinels are told, 1 s and once
/// more 1 s for the step back (apply/sentinel/failover.cc), beside reports that are 1.5 s old when
/// an engine is slow.
inline constexpr std::chrono::milliseconds kRoleSettles{5000};

}  // namespace bowline
