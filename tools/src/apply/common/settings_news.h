#pragma once
// A new look at the mounted settings, with Events of what it has found.

#include "apply/common/events.h"
#include "runtime/live_settings.h"

namespace bowline {

/// LiveSettings::Refresh. Events: SettingsChanged with each value and when it holds,
/// SettingsInvalid.
void RefreshSettings(LiveSettings& settings, EventSink& events);

}  // namespace bowline
