#include "plan/common/role_budget.h"

#include <algorithm>

namespace bowline {

bool RoleBudget::Allows(Time now) const {
  return std::ranges::count_if(changes_, [&](Time at) { return at + kSpan > now; }) <
         static_cast<std::ptrdiff_t>(kChanges);
}

void RoleBudget::Count(Time now) {
  changes_.push_back(now);
  if (changes_.size() > kChanges) changes_.pop_front();
}

}  // namespace bowline
