#pragma once
// The seam between the modes: the one place that knows them all.

#include "plan/common/mode_rules.h"

namespace bowline {

/// The rules of a layout's mode; they live for ever.
const ModeRules& RulesOf(const Layout& layout);

}  // namespace bowline
