#pragma once
// The seam between the modes: the one place that knows them all.

#include "apply/common/mode_driver.h"

namespace bowline {

/// The driver of a layout's mode; it lives for ever.
const ModeDriver& DriverOf(const Layout& layout);

}  // namespace bowline
