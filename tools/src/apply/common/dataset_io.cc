#include "apply/common/dataset_io.h"

#include "plan/common/rdb_header.h"
#include "sys/files.h"

namespace bowline {
namespace {

namespace fs = std::filesystem;

// An RDB file without keys is its header and checksum, 88 bytes (redis 8.0) to about 110 (valkey
// 9.1), and what modules add to it.
constexpr std::int64_t kEmptyWithModulesBytes = 200;

Result<std::optional<DatasetFile>> LookAtDatasetFile(const fs::path& path) {
  ASSIGN_OR_RETURN(const auto facts, LookAtFile(path));
  if (!facts) return std::optional<DatasetFile>();
  DatasetFile file{.name = path.filename().string(),
                   .bytes = facts->bytes,
                   .modified = facts->modified,
                   .empty = facts->bytes == 0};
  if (path.extension() == ".rdb" && !file.empty) {
    ASSIGN_OR_RETURN(const std::string begin, ReadBeginning(path, kRdbHeaderBytes));
    const auto header = ParseRdbHeader(begin);
    // What cannot be read may hold anything.
    file.empty =
        header && (header->empty || (header->modules && file.bytes <= kEmptyWithModulesBytes));
  }
  return std::optional(std::move(file));
}

}  // namespace

Result<DatasetFiles> ReadDataset(const fs::path& data) {
  DatasetFiles files;
  ASSIGN_OR_RETURN(files.dump, LookAtDatasetFile(data / kDumpFile));
  if (files.dump) {
    ASSIGN_OR_RETURN(const std::string begin, ReadBeginning(data / kDumpFile, kRdbHeaderBytes));
    const auto header = ParseRdbHeader(begin);
    if (header) files.dump_created = header->created;
  }
  ASSIGN_OR_RETURN(files.old_log, LookAtDatasetFile(data / kOldLogFile));
  const fs::path log = data / kLogFolder;
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListFolder(log));
  for (const std::string& name : names) {
    if (name == kManifestFile) {
      ASSIGN_OR_RETURN(files.manifest, ReadFile(log / name));
      continue;
    }
    ASSIGN_OR_RETURN(auto file, LookAtDatasetFile(log / name));
    if (file) files.log.push_back(*std::move(file));
  }
  return files;
}

Status AdoptDump(const fs::path& data, const DatasetFiles& files, bool drop_log) {
  const fs::path log = data / kLogFolder;
  std::error_code error;
  fs::create_directory(log, error);
  if (error) return Fail(Code::kUnavailable, "making {}: {}", log.string(), error.message());
  const std::int64_t sequence = NextSequence(files);
  const std::string name = AdoptedName(sequence);
  RETURN_IF_ERROR(LinkOrCopy(data / kDumpFile, log / name));
  // From here on the engine loads the dump: the one step that decides.
  RETURN_IF_ERROR(
      WriteFileAtomic(log / kManifestFile, std::format("file {} seq {} type b\n", name, sequence)));
  for (const DatasetFile& file : files.log) {
    if (drop_log || IsLeftover(file.name, {})) fs::remove(log / file.name, error);
  }
  return {};
}

}  // namespace bowline
