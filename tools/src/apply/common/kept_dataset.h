#pragma once
// The dataset's copies and leftovers on the data volume, made and deleted. Rules:
// plan/common/kept_dataset.h.

#include <filesystem>
#include <string>
#include <vector>

#include "apply/common/events.h"
#include "base/error.h"

namespace bowline {

/// Keeps the dataset's files in a folder of their own, by hard links where the file system has
/// them: an engine that copies another dataset replaces its files and never writes into these
/// again. `serving`: see KeepInput. Returns the folder's name. kNotFound: there is no dataset;
/// kFailedPrecondition: no room, or there is a copy already; kUnavailable: the volume failed.
Result<std::string> KeepDataset(const std::filesystem::path& data, bool serving = false);

/// The same, told by an Event with `why`: was a copy made? An error only when the volume failed.
Result<bool> KeepDatasetAndTell(const std::filesystem::path& data, const std::string& why,
                                EventSink& events, bool serving = false);

/// Deletes the copies whose day is over, with an Event for each.
void DropExpiredCopies(const std::filesystem::path& data, EventSink& events);

struct Leftovers {
  std::vector<std::string> names;
  std::int64_t bytes = 0;
};
/// Deletes what an engine or this program was killed over: received and saved snapshots and
/// rewrites that were never finished, copies that were not completed. Only while no engine runs.
Leftovers DeleteLeftovers(const std::filesystem::path& data);

}  // namespace bowline
