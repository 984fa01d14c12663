#include "apply/common/dataset_repair.h"

#include <algorithm>

#include "apply/common/dataset_io.h"
#include "plan/common/kept_dataset.h"
#include "plan/common/log_scan.h"
#include "plan/common/rdb_header.h"
#include "sys/deadline.h"
#include "sys/files.h"

namespace bowline {
namespace {

namespace fs = std::filesystem;

// An RDB file ends with the opcode 0xff and a checksum of 8 bytes.
constexpr std::int64_t kRdbEndBytes = 9;
constexpr std::size_t kLargestTail = 64U << 20U;

bool IsSnapshot(const fs::path& path) {
  const auto begin = ReadBeginning(path, kRdbHeaderBytes);
  return begin && (begin->starts_with("REDIS") || begin->starts_with("VALKEY"));
}

/// Of a snapshot: is its end there? Its content is the engine's to judge.
std::optional<DatasetDamage> SnapshotDamage(const fs::path& path) {
  const auto facts = LookAtFile(path);
  if (!facts || !*facts) return std::nullopt;
  const std::int64_t bytes = (*facts)->bytes;
  const auto end = ReadPart(path, std::max<std::int64_t>(bytes - kRdbEndBytes, 0), 1);
  if (!end) return std::nullopt;
  const bool whole = IsSnapshot(path) && bytes > kRdbEndBytes && end->front() == '\xff';
  if (whole) return std::nullopt;
  return DatasetDamage{
      .what = std::format("{} of {} bytes is no whole RDB file", path.filename().string(), bytes)};
}

/// The first `limit` bytes of it; -1: all.
Result<LogScan> Scan(const fs::path& path, std::int64_t limit) {
  LogScan scan;
  RETURN_IF_ERROR(ReadInPieces(path, [&](std::string_view piece) {
    const std::int64_t left = limit < 0 ? std::ssize(piece) : limit - scan.bytes();
    scan.Feed(piece.substr(0, static_cast<std::size_t>(std::max<std::int64_t>(left, 0))));
  }));
  return scan;
}

/// `last`: nothing is loaded after this file, so its end may be missing.
std::optional<DatasetDamage> LogDamage(const fs::path& path, bool last) {
  if (IsSnapshot(path)) return std::nullopt;  // a log that begins with a snapshot
  auto scan = Scan(path, -1);
  if (!scan || scan->whole()) return std::nullopt;
  DatasetDamage damage{.file = path.filename().string()};
  const std::int64_t bytes = scan->bytes();
  if (scan->bad() && scan->without_zeros() < bytes) scan = Scan(path, scan->without_zeros());
  if (!scan) return std::nullopt;
  const bool cut = last && !scan->bad();
  damage.what = std::format(
      "{} of {} bytes {} byte {}", damage.file, bytes,
      cut ? "ends within a command or transaction after" : "is no append-only file any more from",
      scan->good());
  damage.lost = bytes - scan->good();
  if (cut) damage.good = scan->good();
  return damage;
}

/// In the order in which they are loaded.
std::vector<std::string> FilesOf(const DatasetFiles& files) {
  std::vector<std::string> names;
  if (!files.manifest) return names;
  const auto manifest = ParseManifest(*files.manifest);
  for (const char type : {'b', 'i'}) {
    for (const ManifestEntry& entry : manifest.value_or(std::vector<ManifestEntry>{})) {
      if (entry.type == type) names.push_back(entry.name);
    }
  }
  return names;
}

/// The folder for what is kept: the one that is there, or a new one.
Result<fs::path> KeptFolder(const fs::path& data) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListFolder(data));
  for (const std::string& name : names) {
    if (KeptSince(name)) return data / name;
  }
  fs::path folder = data / KeptName(UnixSeconds());
  std::error_code error;
  fs::create_directory(folder, error);
  if (!error) return folder;
  return Fail(Code::kUnavailable, "making {}: {}", folder.string(), error.message());
}

}  // namespace

std::optional<DatasetDamage> FindDamage(const fs::path& data, bool append_only) {
  const auto files = ReadDataset(data);
  if (!files) return std::nullopt;
  const bool log = append_only || (PlanDataset(*files, false).action == DatasetAction::kUseLog);
  if (!log) return files->dump ? SnapshotDamage(data / kDumpFile) : std::nullopt;
  const std::vector<std::string> names = FilesOf(*files);
  for (const std::string& name : names) {
    const fs::path path = data / kLogFolder / name;
    const auto damage =
        path.extension() == ".rdb" ? SnapshotDamage(path) : LogDamage(path, name == names.back());
    if (damage) return damage;
  }
  return std::nullopt;
}

std::optional<std::string> WriterOf(const fs::path& data, bool append_only) {
  const auto files = ReadDataset(data);
  if (!files) return std::nullopt;
  const std::vector<std::string> names = FilesOf(*files);
  const bool log = append_only && !names.empty();
  const fs::path path = log ? data / kLogFolder / names.front() : data / kDumpFile;
  const auto begin = ReadBeginning(path, kRdbHeaderBytes);
  if (!begin) return std::nullopt;
  const auto header = ParseRdbHeader(*begin);
  if (!header) return std::nullopt;
  return std::format("{} was written by {} {} (RDB format {})", path.filename().string(),
                     header->writer, header->engine_version, header->format);
}

Result<std::string> CutLog(const fs::path& data, const DatasetDamage& damage) {
  const fs::path log = data / kLogFolder / damage.file;
  ASSIGN_OR_RETURN(const std::string tail, ReadPart(log, damage.good, kLargestTail));
  std::string kept;
  if (tail.find_first_not_of('\0') != std::string::npos) {
    ASSIGN_OR_RETURN(const fs::path folder, KeptFolder(data));
    RETURN_IF_ERROR(
        WriteFileAtomic(folder / std::format("{}.from-{}", damage.file, damage.good), tail, 0600));
    kept = folder.filename().string();
  }
  RETURN_IF_ERROR(CutFile(log, damage.good));
  return kept;
}

Result<std::string> SetDatasetAside(const fs::path& data) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListFolder(data));
  std::error_code error;
  for (const std::string& name : names) {
    if (KeptSince(name)) fs::remove_all(data / name, error);
  }
  ASSIGN_OR_RETURN(const fs::path folder, KeptFolder(data));
  for (const char* name : {kDumpFile, kOldLogFile, kLogFolder}) {
    if (!fs::exists(data / name, error)) continue;
    fs::rename(data / name, folder / name, error);
    if (error) return Fail(Code::kUnavailable, "moving {} away: {}", name, error.message());
  }
  return folder.filename().string();
}

}  // namespace bowline
