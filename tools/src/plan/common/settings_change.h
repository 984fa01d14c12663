#pragma once
// What of the mounted settings has changed while a member runs, and what of it holds at once. Pure.

#include <string>
#include <vector>

#include "model/settings.h"

namespace bowline {

struct SettingChange {
  std::string value;  ///< its path in the chart's values: "log.level"
  std::string from;
  std::string to;
  bool live = false;  ///< it holds at once; else from the next start of the container on
};

/// All values in which `to` is not as `from`, in the order of the chart's values.
std::vector<SettingChange> Difference(const Settings& from, const Settings& to);

/// The settings by which a running member works: `started` with all that is live from `declared`.
Settings WithLive(const Settings& started, const Settings& declared);

/// For people: "log.level: info -> debug (at once), ports.http: 8379 -> 9000 (from the next start
/// of this container on)".
std::string Tell(const std::vector<SettingChange>& changes);

}  // namespace bowline
