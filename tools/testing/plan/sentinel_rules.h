#pragma once
// For tests only: the decisions of sentinel mode.

#include "plan/sentinel/rules.h"

namespace bowline::testing {

inline const ModeRules& TestRules(const Layout& /*layout*/) {
  static const SentinelRules rules;
  return rules;
}

}  // namespace bowline::testing

#include "testing/plan/calls.h"  // needs TestRules
