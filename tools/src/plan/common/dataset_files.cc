#include "plan/common/dataset_files.h"

#include <algorithm>

#include "base/parse.h"
#include "plan/common/directives.h"

namespace bowline {
namespace {

// Between the last write to one kind of file and a snapshot of the other kind, for the snapshot to
// be later without doubt: clocks of two nodes differ, and file times have a grain.
constexpr std::int64_t kClearlySeconds = 60;
// From the beginning of a snapshot to its file's last modification: longer than a save or a
// transfer takes, so somebody has put the file there.
constexpr std::int64_t kLongestSaveSeconds = 3600;

/// The append-only files, as the engine would read them.
struct Log {
  bool there = false;
  std::string problem;  ///< why they cannot be read
  bool empty = true;
  std::int64_t bytes = 0;
  std::int64_t modified = 0;
};

void Add(const DatasetFile& file, Log& log) {
  log.there = true;
  log.modified = std::max(log.modified, file.modified);
  if (file.empty) return;
  log.empty = false;
  log.bytes += file.bytes;
}

Log WithoutManifest(const DatasetFiles& files) {
  Log log;
  std::string lost;
  for (const DatasetFile& file : files.log) {
    if (file.empty || IsLeftover(file.name, {})) continue;
    Add(file, log);
    lost += (lost.empty() ? "" : ", ") + file.name;
  }
  if (log.there) {
    log.problem = std::format("{} holds {}, but no {}", kLogFolder, lost, kManifestFile);
  } else if (files.old_log) {
    Add(*files.old_log, log);
  }
  return log;
}

Log WithManifest(const DatasetFiles& files) {
  Log log;
  log.there = true;
  const auto manifest = ParseManifest(*files.manifest);
  if (!manifest) {
    log.problem = std::format("{}: {}", kManifestFile, manifest.error().message);
    for (const DatasetFile& file : files.log) Add(file, log);
    return log;
  }
  for (const ManifestEntry& entry : *manifest) {
    if (entry.type == 'h') continue;
    const auto file = std::ranges::find(files.log, entry.name, &DatasetFile::name);
    if (file != files.log.end()) {
      Add(*file, log);
    } else {
      log.problem = std::format("{} names {}, which is not there", kManifestFile, entry.name);
    }
  }
  return log;
}

DatasetPlan Load(const Log& log) {
  return {
      .action = DatasetAction::kNone, .reason = "", .bytes = log.bytes, .modified = log.modified};
}

DatasetPlan LoadDump(const DatasetFiles& files, DatasetAction action, std::string reason) {
  const auto& dump = files.dump;
  return {.action = action,
          .reason = std::move(reason),
          .bytes = dump && !dump->empty ? dump->bytes : 0,
          .modified = dump ? dump->modified : 0};
}

DatasetPlan Broken(const Log& log) {
  return {.action = DatasetAction::kBroken,
          .reason = log.problem,
          .bytes = log.bytes,
          .modified = log.modified};
}

/// `appendonly yes`, and both hold data.
DatasetPlan Later(const DatasetFiles& files, const Log& log) {
  const DatasetFile& dump = *files.dump;
  if (dump.modified <= log.modified + kClearlySeconds) return Load(log);
  if (files.dump_created > log.modified + kClearlySeconds) {
    // A snapshot that an engine made of this dataset later than its last write has all of it; one
    // that came from a primary has replaced it.
    return LoadDump(
        files, DatasetAction::kAdoptDump,
        std::format("{} was made after the last write to the append-only files", kDumpFile));
  }
  const bool saved_then =
      files.dump_created != 0 && dump.modified - files.dump_created <= kLongestSaveSeconds;
  if (saved_then) return Load(log);
  DatasetPlan plan = Load(log);
  plan.action = DatasetAction::kAsk;
  plan.reason = std::format(
      "{} and {} both hold data, and it cannot be told which is wanted: {} was put there after the "
      "last write to the append-only files, but its content is older. To restore it, move {} out "
      "of the volume; to go on with the append-only files, delete {}",
      kDumpFile, kLogFolder, kDumpFile, kLogFolder, kDumpFile);
  return plan;
}

DatasetPlan PlanWithLog(const DatasetFiles& files, const Log& log) {
  const bool dump = files.dump && !files.dump->empty;
  if (!log.problem.empty()) return Broken(log);
  if (!dump) return Load(log);
  if (!log.there) {
    return LoadDump(files, DatasetAction::kAdoptDump,
                    std::format("{} holds data, and there are no append-only files", kDumpFile));
  }
  if (!log.empty) return Later(files, log);
  if (files.dump->modified >= log.modified) {
    return LoadDump(
        files, DatasetAction::kAdoptDump,
        std::format("{} holds data, and the append-only files are older and hold none", kDumpFile));
  }
  DatasetPlan plan = Load(log);
  plan.reason = std::format(
      "{} holds {} bytes of data and is not loaded: the append-only files are newer, and hold no "
      "key. To restore it, stop the member and move {} out of the volume",
      kDumpFile, files.dump->bytes, kLogFolder);
  return plan;
}

/// `appendonly no`: the engine reads dump.rdb and never touches the append-only files, so these are
/// older than it unless another configuration was there before.
DatasetPlan PlanWithoutLog(const DatasetFiles& files, const Log& log) {
  const bool older = files.dump && files.dump->modified >= log.modified;
  if (log.empty || older) return LoadDump(files, DatasetAction::kNone, "");
  if (!log.problem.empty()) {
    if (!files.dump) return Broken(log);
    return LoadDump(files, DatasetAction::kNone, log.problem + "; " + kDumpFile + " is loaded");
  }
  DatasetPlan plan = Load(log);
  plan.action = DatasetAction::kUseLog;
  plan.reason = std::format(
      "`appendonly no` is configured, but the newest dataset is in the append-only files: they are "
      "loaded and stay in use. To end that, send BGSAVE, wait until it has succeeded, then send "
      "CONFIG SET appendonly no: the next start loads {}",
      kDumpFile);
  return plan;
}

}  // namespace

Result<std::vector<ManifestEntry>> ParseManifest(std::string_view text) {
  std::vector<ManifestEntry> entries;
  if (text.empty()) return Fail(Code::kDataLoss, "it is empty");
  if (!text.ends_with('\n')) return Fail(Code::kDataLoss, "its last line is cut off");
  for (const std::string_view raw : SplitLines(text)) {
    const std::string_view line = Trim(raw);
    if (line.empty() || line.starts_with('#')) continue;
    const std::vector<std::string_view> words = Split(line, ' ');
    const bool shape = words.size() >= 6 && words[0] == "file" && words[2] == "seq" &&
                       words[4] == "type" && words[5].size() == 1;
    const auto sequence = shape ? ParseInt(words[3], 0, std::int64_t{1} << 62)
                                : Result<std::int64_t>(Fail(Code::kDataLoss, "no shape"));
    if (!sequence || std::string_view("bih").find(words[5][0]) == std::string_view::npos) {
      return Fail(Code::kDataLoss, "its line {} cannot be read", Quoted(line));
    }
    entries.push_back(
        {.name = std::string(words[1]), .sequence = *sequence, .type = words[5].front()});
  }
  if (entries.empty()) return Fail(Code::kDataLoss, "it names no file");
  return entries;
}

std::string AdoptedName(std::int64_t sequence) {
  return std::format("appendonly.aof.adopted.{}.base.rdb", sequence);
}

std::int64_t NextSequence(const DatasetFiles& files) {
  std::int64_t highest = 0;
  if (files.manifest) {
    const auto manifest = ParseManifest(*files.manifest);
    for (const ManifestEntry& entry : manifest.value_or(std::vector<ManifestEntry>{})) {
      highest = std::max(highest, entry.sequence);
    }
  }
  for (const DatasetFile& file : files.log) {
    for (const std::string_view part : Split(file.name, '.')) {
      highest = std::max(highest, ParseInt(part, 0, std::int64_t{1} << 62).value_or(0));
    }
  }
  return highest + 1;
}

bool IsLeftover(std::string_view name, const std::vector<ManifestEntry>& manifest) {
  if (std::ranges::contains(manifest, name, &ManifestEntry::name)) return false;
  return name.starts_with("temp-") || name.starts_with("appendonly.aof.adopted.") ||
         name.ends_with(".bowline-tmp");
}

DatasetPlan PlanDataset(const DatasetFiles& files, bool append_only) {
  const Log log = files.manifest ? WithManifest(files) : WithoutManifest(files);
  return append_only ? PlanWithLog(files, log) : PlanWithoutLog(files, log);
}

bool HoldsLog(const DatasetFiles& files) {
  return !(files.manifest ? WithManifest(files) : WithoutManifest(files)).empty;
}

bool AppendOnly(std::string_view directives) {
  bool on = false;
  (void)CheckDirectives("", directives, [&on](const std::vector<std::string>& words) {
    if (words.front() == "appendonly" && words.size() > 1) on = words[1] == "yes";
    return false;
  });
  return on;
}

}  // namespace bowline
