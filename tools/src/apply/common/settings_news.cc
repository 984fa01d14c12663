#include "apply/common/settings_news.h"

namespace bowline {

void RefreshSettings(LiveSettings& settings, EventSink& events) {
  const SettingsNews news = settings.Refresh();
  if (!news.changes.empty()) events.Emit("SettingsChanged", Tell(news.changes));
  if (!news.error.empty()) {
    events.Emit("SettingsInvalid", "the mounted settings are not followed: " + news.error, true);
  }
}

}  // namespace bowline
