#pragma once
// The changes of the lead that this member has made by itself, as its report tells them. Kept in
// the folder in memory, which outlives the container.

#include <filesystem>

#include "apply/common/live_state.h"
#include "plan/common/role_budget.h"

namespace bowline {

/// A start and the resident looks after it have one each, one after the other.
class RoleChanges {
 public:
  /// A file that is not there or cannot be read tells of no change.
  RoleChanges(const std::filesystem::path& run, LiveState& live);

  [[nodiscard]] const RoleBudget& budget() const { return budget_; }
  /// See RoleBudget. A file that cannot be written is told in the log; what it would hold counts
  /// as long as this object lives.
  void Count();
  void CountAtStart();
  void Started();

 private:
  void Keep();

  std::filesystem::path file_;
  LiveState& live_;
  RoleBudget budget_;
};

}  // namespace bowline
