#include "apply/common/kept_dataset.h"

#include "apply/common/dataset_io.h"
#include "plan/common/kept_dataset.h"
#include "sys/deadline.h"
#include "sys/files.h"
#include "sys/log.h"

namespace bowline {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPart = ".part";
constexpr int kTries = 5;

std::int64_t BytesOf(const DatasetFiles& files) {
  std::int64_t bytes = files.dump ? files.dump->bytes : 0;
  if (files.old_log) bytes += files.old_log->bytes;
  for (const DatasetFile& file : files.log) bytes += file.bytes;
  return bytes;
}

bool HasLinks(const fs::path& data) {
  const fs::path probe = data / "bowline-link.bowline-tmp";
  std::error_code error;
  fs::remove(probe, error);
  fs::create_hard_link(data / "bowline.lock", probe, error);
  const bool linked = !error;
  fs::remove(probe, error);
  return linked || !fs::exists(data / "bowline.lock", error);
}

/// kAborted when a rewrite has ended meanwhile: files of the manifest are gone.
Status LinkAll(const fs::path& data, const fs::path& folder, const DatasetFiles& files) {
  std::error_code error;
  fs::remove_all(folder, error);
  fs::create_directories(folder / kLogFolder, error);
  if (error) return Fail(Code::kUnavailable, "making {}: {}", folder.string(), error.message());
  if (files.dump) RETURN_IF_ERROR(LinkOrCopy(data / kDumpFile, folder / kDumpFile, false));
  if (files.old_log) RETURN_IF_ERROR(LinkOrCopy(data / kOldLogFile, folder / kOldLogFile, false));
  for (const DatasetFile& file : files.log) {
    const Status linked =
        LinkOrCopy(data / kLogFolder / file.name, folder / kLogFolder / file.name, false);
    if (!linked && linked.error().code != Code::kNotFound) return linked;
  }
  if (files.manifest) {
    RETURN_IF_ERROR(ReplaceFileUnsynced(folder / kLogFolder / kManifestFile, *files.manifest));
  }
  ASSIGN_OR_RETURN(const DatasetFiles now, ReadDataset(data));
  if (now.manifest == files.manifest) return {};
  return Fail(Code::kAborted, "the append-only files were rewritten meanwhile");
}

}  // namespace

Result<std::string> KeepDataset(const fs::path& data, bool serving) {
  ASSIGN_OR_RETURN(DatasetFiles files, ReadDataset(data));
  if (!HoldsLog(files) && (!files.dump || files.dump->empty)) {
    return Fail(Code::kNotFound, "there is no dataset");
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListFolder(data));
  std::error_code error;
  const auto space = fs::space(data, error);
  if (error) return Fail(Code::kUnavailable, "room of {}: {}", data.string(), error.message());
  const auto why_not = WhyNotKept({.bytes = BytesOf(files),
                                   .free_bytes = static_cast<std::int64_t>(space.available),
                                   .by_links = HasLinks(data),
                                   .serving = serving,
                                   .names = names});
  if (why_not) return Fail(Code::kFailedPrecondition, "{}", *why_not);
  const std::string name = KeptName(UnixSeconds());
  const fs::path part = data / (name + std::string(kPart));
  Status linked = LinkAll(data, part, files);
  for (int i = 1; i < kTries && !linked && linked.error().code == Code::kAborted; ++i) {
    ASSIGN_OR_RETURN(files, ReadDataset(data));
    linked = LinkAll(data, part, files);
  }
  if (linked) fs::rename(part, data / name, error);
  if (linked && !error) return name;
  const std::string problem = linked ? error.message() : linked.error().message;
  fs::remove_all(part, error);
  return Fail(Code::kUnavailable, "keeping a copy of the dataset: {}", problem);
}

Result<bool> KeepDatasetAndTell(const fs::path& data, const std::string& why, EventSink& events,
                                bool serving) {
  const auto kept = KeepDataset(data, serving);
  if (kept) {
    events.Emit(
        "DatasetKept",
        std::format("{}: a copy of this member's dataset is kept in {} of its volume for {} "
                    "hours; to have it for longer, copy it elsewhere",
                    why, *kept, kKeptSeconds / 3600),
        true);
    return true;
  }
  switch (kept.error().code) {
    case Code::kNotFound:
      return false;
    case Code::kFailedPrecondition:
      events.Emit("DatasetNotKept",
                  std::format("{}: no copy of this member's dataset is kept: {}", why,
                              kept.error().message),
                  true);
      return false;
    default:
      return std::unexpected(kept.error());
  }
}

void DropExpiredCopies(const fs::path& data, EventSink& events) {
  const auto names = ListFolder(data);
  if (!names) return;
  for (const std::string& name : ExpiredCopies(*names, UnixSeconds())) {
    std::error_code error;
    fs::remove_all(data / name, error);
    if (error) {
      LogWarning("cannot delete a kept dataset", {{"name", name}, {"err", error.message()}});
      continue;
    }
    events.Emit("KeptDatasetDeleted",
                std::format("{} was kept for {} hours and is deleted", name, kKeptSeconds / 3600));
  }
}

Leftovers DeleteLeftovers(const fs::path& data) {
  Leftovers leftovers;
  const auto drop = [&](const fs::path& path) {
    const auto facts = LookAtFile(path);
    std::error_code error;
    if (fs::remove_all(path, error) == 0 || error) return;
    leftovers.names.push_back(path.filename().string());
    if (facts && *facts) leftovers.bytes += (*facts)->bytes;
  };
  for (const std::string& name : ListFolder(data).value_or(std::vector<std::string>{})) {
    const bool snapshot = name.starts_with("temp-") && name.ends_with(".rdb");
    const bool rewrite = name.starts_with("temp-rewriteaof-");
    const bool copy = name.starts_with("kept-") && name.ends_with(kPart);
    if (snapshot || rewrite || copy || name.starts_with("nodes.conf.tmp-")) drop(data / name);
  }
  const auto files = ReadDataset(data);
  if (!files) return leftovers;
  auto manifest = files->manifest ? ParseManifest(*files->manifest)
                                  : Result<std::vector<ManifestEntry>>(std::in_place);
  if (!manifest) return leftovers;  // it may have named anything
  for (const DatasetFile& file : files->log) {
    if (IsLeftover(file.name, *manifest)) drop(data / kLogFolder / file.name);
  }
  return leftovers;
}

}  // namespace bowline
