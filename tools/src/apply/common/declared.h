#pragma once
// What the release declares while a member runs. `helm upgrade` may have changed it since the
// start.

#include "apply/common/context.h"

namespace bowline {

/// The mounted settings. With `ask`, and when by these the member is alone in its shard, those of
/// the ConfigMap itself: the kubelet shows a change only within about a minute, and a server that
/// stops meanwhile would not know to whom it can hand over. `own` with the members, sentinels and
/// ports of what was found; `own` as it is when nothing else can be read.
Settings DeclaredSettings(const Settings& own, const Paths& paths, bool ask, Deadline deadline);

}  // namespace bowline
