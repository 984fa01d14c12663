#pragma once
// What the release declares while a member runs. `helm upgrade` may have changed it since the
// start.

#include "apply/common/context.h"

namespace bowline {

/// The mounted settings. When by these the member is alone, those of the ConfigMap itself: the
/// kubelet shows a change only within about a minute, and a server that stops or dies meanwhile
/// would not know to whom it can hand over. `own` with the members of what was found, and with the
/// sentinels' name, port and passwords only when there were none before; `own` as it is when
/// nothing else can be read.
Settings DeclaredSettings(const Settings& own, const Paths& paths, Deadline deadline);

}  // namespace bowline
