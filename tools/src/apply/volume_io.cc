#include "apply/volume_io.h"

#include "base/digest.h"
#include "sys/files.h"

namespace bowline {
namespace {

constexpr const char* kNodesConf = "nodes.conf";
constexpr const char* kState = "bowline-state.json";
constexpr const char* kMark = "bowline-mark.json";

/// Absent -> nullopt; unreadable -> error.
Result<std::optional<std::string>> ReadOptional(const std::filesystem::path& path) {
  auto text = ReadFile(path);
  if (text) return std::optional<std::string>(*std::move(text));
  if (text.error().code == Code::kNotFound) return std::optional<std::string>();
  return std::unexpected(text.error());
}

}  // namespace

Result<VolumeFiles> ReadVolume(const std::filesystem::path& data) {
  VolumeFiles files;
  ASSIGN_OR_RETURN(files.nodes_conf, ReadOptional(data / kNodesConf));
  ASSIGN_OR_RETURN(files.state, ReadOptional(data / kState));
  ASSIGN_OR_RETURN(files.mark, ReadOptional(data / kMark));
  ASSIGN_OR_RETURN(const DatasetFacts dataset, LookAtDataset(data));
  files.dataset_bytes = dataset.bytes;
  files.dataset_modified = dataset.modified;
  return files;
}

Result<bool> TryLockVolume(const std::filesystem::path& data) {
  return TryLockForLife(data / "bowline.lock");
}

Status SaveState(const std::filesystem::path& data, const VolumeState& state) {
  return WriteFileAtomic(data / kState, PrintVolumeState(state));
}

Status SaveNodesConf(const std::filesystem::path& data, const NodesConf& conf) {
  const Status sound = CheckNodesConf(conf, false);
  if (!sound) return FailWith(sound, "refusing to write nodes.conf");
  const std::string text = PrintNodesConf(conf);
  const auto present = ReadFile(data / kNodesConf);
  if (present && *present == text) return {};
  return WriteFileAtomic(data / kNodesConf, text);
}

void SaveMark(const std::filesystem::path& data, const ReplicationMark& mark) {
  (void)ReplaceFileUnsynced(data / kMark, PrintMark(mark));  // only a hint
}

Result<std::filesystem::path> QuarantineNodesConf(const std::filesystem::path& data) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(data / kNodesConf));
  const std::filesystem::path copy =
      data / std::format("nodes.conf.refused-{}", Sha1Hex(text).substr(0, 8));
  if (std::filesystem::exists(copy)) return copy;
  RETURN_IF_ERROR(WriteFileAtomic(copy, text));
  return copy;
}

}  // namespace bowline
