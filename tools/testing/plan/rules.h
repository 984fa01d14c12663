#pragma once
// For tests only: the decisions of each layout's mode.

#include "plan/rules.h"

namespace bowline::testing {

inline const ModeRules& TestRules(const Layout& layout) { return RulesOf(layout); }

}  // namespace bowline::testing

#include "testing/plan/calls.h"  // needs TestRules
