#pragma once
// How many changes of the lead one program may make by itself. Each is right by its own evidence; a
// series of them is a group, and each costs clients their connections and replicas a new copy.

#include <chrono>
#include <deque>

namespace bowline {

class RoleBudget {
 public:
  using Time = std::chrono::milliseconds;
  static constexpr std::size_t kChanges = 3;
  static constexpr Time kSpan = std::chrono::minutes(10);

  /// May the lead be moved at `now` (of a steady clock)? False when kChanges were made within
  /// kSpan.
  [[nodiscard]] bool Allows(Time now) const;
  /// It has been moved.
  void Count(Time now);

 private:
  std::deque<Time> changes_;  ///< the last kChanges
};

}  // namespace bowline
