#include "apply/common/settings_news.h"

namespace bowline {

void RefreshSettings(LiveSettings& settings, EventSink& events) {
  const SettingsNews news = settings.Refresh();
  if (!news.changes.empty()) events.Emit("SettingsChanged", Tell(news.changes));
  if (news.passwords) {
    events.Emit("PasswordsChanged",
                "the Secret has other passwords than this member was started with; it goes on with "
                "those until its container is started again, and can reach nobody then who still "
                "has the former ones",
                true);
  }
  if (!news.error.empty()) {
    events.Emit("SettingsInvalid", "the mounted settings are not followed: " + news.error, true);
  }
}

}  // namespace bowline
