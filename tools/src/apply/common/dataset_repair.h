#pragma once
// A dataset that an engine does not load: what is wrong with it, and what can be done on the
// volume. Who may lead with it is decided in plan/common/start_dataset.cc.

#include <filesystem>
#include <optional>
#include <string>

#include "base/error.h"
#include "plan/common/dataset_files.h"

namespace bowline {

/// Looks for the reason after an engine with that configuration has ended while it loaded. Reads
/// the append-only files as a whole. nullopt: nothing is found; the reason is another one.
std::optional<DatasetDamage> FindDamage(const std::filesystem::path& data, bool append_only);

/// Who wrote what the engine would load first: "FILE was written by redis 8.0.2 (RDB format 12)";
/// nothing: unknown.
std::optional<std::string> WriterOf(const std::filesystem::path& data, bool append_only);

/// Drops what follows `damage.good`, and keeps it in a kept-<time> folder. Returns that folder's
/// name; empty: it was zeros. Only while no engine runs.
Result<std::string> CutLog(const std::filesystem::path& data, const DatasetDamage& damage);

/// Moves the dataset's files into a kept-<time> folder, so that the engine starts without them.
/// Returns the folder's name. Only while no engine runs.
Result<std::string> SetDatasetAside(const std::filesystem::path& data);

}  // namespace bowline
