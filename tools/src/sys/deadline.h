#pragma once
// Time as the program passes it around: one absolute deadline, set once and handed down, never a
// bare timeout.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

namespace bowline {

using Milliseconds = std::chrono::milliseconds;

/// A point on the steady clock by which a whole operation must have ended.
class Deadline {
 public:
  static Deadline In(Milliseconds span) {
    return Deadline(std::chrono::steady_clock::now() + span);
  }
  /// The earlier of this one and `span` from now: a part of an operation never outlives the whole.
  [[nodiscard]] Deadline Within(Milliseconds span) const {
    return Deadline(std::min(at_, std::chrono::steady_clock::now() + span));
  }
  /// Never negative.
  [[nodiscard]] Milliseconds Left() const {
    const auto left =
        std::chrono::duration_cast<Milliseconds>(at_ - std::chrono::steady_clock::now());
    return std::max(left, Milliseconds(0));
  }
  [[nodiscard]] bool Passed() const { return Left().count() == 0; }
  /// Sleeps for `span`, or until the deadline when that is earlier. False when the deadline has
  /// passed.
  [[nodiscard]] bool Sleep(Milliseconds span) const;

 private:
  explicit Deadline(std::chrono::steady_clock::time_point at) : at_(at) {}
  std::chrono::steady_clock::time_point at_;
};

/// Milliseconds of the steady clock since `start`.
Milliseconds Since(std::chrono::steady_clock::time_point start);
/// Seconds since 1970 by the wall clock.
std::int64_t UnixSeconds();
/// RFC 3339 in UTC with milliseconds ("2026-11-21T09:00:00.000Z").
std::string Rfc3339Now();
/// RFC 3339 in UTC with whole seconds, as Kubernetes' metav1.Time wants it.
std::string Rfc3339Seconds();
/// The same, so many seconds from now.
std::string Rfc3339In(std::chrono::seconds span);

}  // namespace bowline
