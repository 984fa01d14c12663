#pragma once
// Which of the release's Services, ConfigMaps and PodDisruptionBudgets are missing: nobody puts
// them back by itself, and what they are for fails later, at the next failover or drain.

#include <filesystem>
#include <string>
#include <vector>

#include "model/settings.h"
#include "sys/deadline.h"

namespace bowline {

struct ObjectsSeen {
  std::vector<std::string> missing;  ///< with the command that brings them back
  std::vector<std::string> unknown;  ///< why some of them, or all, could not be looked at
};

/// `list` is the chart's file of the objects that the release has, one "KIND NAME" a line. Asks the
/// API server for each of them, some at once.
ObjectsSeen LookForObjects(const std::filesystem::path& list, const Settings& settings,
                           Deadline deadline);

}  // namespace bowline
