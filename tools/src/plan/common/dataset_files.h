#pragma once
// Which of the dataset's files on a volume the engine will load, and what must be done before it
// starts so that none that holds data is ignored. docs/decisions/0020-dataset-files.md has the
// rules in words.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace bowline {

/// The engines' own names; the program owns the directives that would change them.
inline constexpr const char* kDumpFile = "dump.rdb";
inline constexpr const char* kLogFolder = "appendonlydir";
inline constexpr const char* kManifestFile = "appendonly.aof.manifest";
/// One append-only file, as engines before 7.0 wrote it. An engine takes it over by itself.
inline constexpr const char* kOldLogFile = "appendonly.aof";

struct DatasetFile {
  std::string name;
  std::int64_t bytes = 0;
  std::int64_t modified = 0;  ///< seconds since 1970
  bool empty = false;         ///< holds no key: an RDB file without any, a log without a byte
  bool operator==(const DatasetFile&) const = default;
};

/// What is on the volume. Absent files are absent.
struct DatasetFiles {
  std::optional<std::string> manifest;  ///< of the append-only files
  std::vector<DatasetFile> log;         ///< in appendonlydir/, without the manifest
  std::optional<DatasetFile> old_log;
  std::optional<DatasetFile> dump;
  std::int64_t dump_created = 0;  ///< when that snapshot began (RdbHeader); 0: unknown
};

struct ManifestEntry {
  std::string name;
  std::int64_t sequence = 0;
  char type = 'i';  ///< 'b' base, 'i' increment, 'h' history: to be deleted
};
/// kDataLoss for a text that an engine would not take.
Result<std::vector<ManifestEntry>> ParseManifest(std::string_view text);

/// The name under which a dump becomes the base of the append-only files.
std::string AdoptedName(std::int64_t sequence);
/// Higher than that of any file that is there.
std::int64_t NextSequence(const DatasetFiles& files);
/// A file in appendonlydir/ that is no data: an engine or this program was killed while it wrote
/// it. `manifest`: see ParseManifest.
bool IsLeftover(std::string_view name, const std::vector<ManifestEntry>& manifest);

enum class DatasetAction {
  kNone,       ///< the engine loads what is there, or nothing is there
  kAdoptDump,  ///< dump.rdb becomes the base of the append-only files, or it would be ignored
  kUseLog,     ///< the engine runs with `appendonly yes`, or the append-only files would be ignored
  kAsk,        ///< both hold data, and it cannot be told which is newer
  kBroken,     ///< the append-only files cannot be loaded as they are
};

struct DatasetPlan {
  DatasetAction action = DatasetAction::kNone;
  std::string reason;      ///< what is there and what to do about it; empty: nothing is to be told
  std::int64_t bytes = 0;  ///< of what will be loaded; files that hold no key count nothing
  std::int64_t modified = 0;  ///< newest of these files, seconds since 1970; 0: no file
};

/// Append-only files that an engine does not load whole.
struct DatasetDamage {
  std::string what;  ///< for people: file, place, kind
  std::string file;  ///< in appendonlydir/; empty: see `what`
  /// Without what follows this byte of `file` the engine loads the rest; -1: there is no such
  /// place.
  std::int64_t good = -1;
  std::int64_t lost = 0;  ///< bytes after it
  bool operator==(const DatasetDamage&) const = default;
  [[nodiscard]] bool CanBeCut() const { return good >= 0; }
};

/// `append_only`: what the engine is configured with.
DatasetPlan PlanDataset(const DatasetFiles& files, bool append_only);

/// Do append-only files hold data?
bool HoldsLog(const DatasetFiles& files);

/// What an engine with these directives does; the last one holds.
bool AppendOnly(std::string_view directives);

}  // namespace bowline
