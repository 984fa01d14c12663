#pragma once
// For tests only: the decisions of cluster mode.

#include "plan/cluster/rules.h"

namespace bowline::testing {

inline const ModeRules& TestRules(const Layout& /*layout*/) {
  static const ClusterRules rules;
  return rules;
}

}  // namespace bowline::testing

#include "testing/plan/calls.h"  // needs TestRules
