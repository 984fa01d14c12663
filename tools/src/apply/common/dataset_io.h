#pragma once
// The dataset's files on the data volume. Which of them the engine loads is decided in
// plan/common/dataset_files.h.

#include <filesystem>

#include "base/error.h"
#include "plan/common/dataset_files.h"

namespace bowline {

/// Absent files are absent; what cannot be looked at is an error, never "absent".
Result<DatasetFiles> ReadDataset(const std::filesystem::path& data);

/// Makes dump.rdb, as `files` tells it, the base of the append-only files, and the only one: the
/// engine loads it with `appendonly yes` and appends to it. Killed before the end, nothing has
/// changed for the next start; dump.rdb stays. `drop_log`: the other append-only files are deleted
/// at the end; without, they stay and are not loaded any more. Only while no engine runs.
Status AdoptDump(const std::filesystem::path& data, const DatasetFiles& files,
                 bool drop_log = true);

}  // namespace bowline
