#pragma once
// What the release declares while a member runs. `helm upgrade` may have changed it since the
// start.

#include <optional>

#include "apply/common/context.h"
#include "runtime/live_settings.h"

namespace bowline {

/// The mounted settings, as last read. When by these the member is alone, those of the ConfigMap
/// itself: the kubelet shows a change only within about a minute, and a server that stops or dies
/// meanwhile would not know to whom it can hand over. The own ones with the members of what was
/// found, and with the sentinels' name, port and passwords only when there were none before; the
/// own ones as they are when nothing else can be read.
Settings DeclaredSettings(const LiveSettings& settings, Deadline deadline);

/// The same; nothing when the ConfigMap had to be asked for and no answer came. An answer that was
/// had before holds then.
std::optional<Settings> AskDeclaredSettings(const LiveSettings& settings, Deadline deadline);

}  // namespace bowline
