#include "apply/common/volume_io.h"

#include "apply/common/dataset_io.h"
#include "base/digest.h"
#include "plan/common/saved_addresses.h"
#include "sys/deadline.h"
#include "sys/files.h"

namespace bowline {
namespace {

constexpr const char* kNodesConf = "nodes.conf";
constexpr const char* kSentinelConf = "sentinel.conf";
constexpr const char* kAddresses = "bowline-addresses.json";
constexpr const char* kState = "bowline-state.json";
constexpr const char* kPosition = "bowline-mark.json";
constexpr const char* kHandover = "bowline-handover.json";

/// Absent -> nullopt; unreadable -> error.
Result<std::optional<std::string>> ReadOptional(const std::filesystem::path& path) {
  auto text = ReadFile(path);
  if (text) return std::optional<std::string>(*std::move(text));
  if (text.error().code == Code::kNotFound) return std::optional<std::string>();
  return std::unexpected(text.error());
}

}  // namespace

Result<VolumeFiles> ReadVolume(const std::filesystem::path& data, bool append_only) {
  VolumeFiles files;
  ASSIGN_OR_RETURN(files.nodes_conf, ReadOptional(data / kNodesConf));
  ASSIGN_OR_RETURN(files.sentinel_conf, ReadOptional(data / kSentinelConf));
  ASSIGN_OR_RETURN(files.addresses, ReadOptional(data / kAddresses));
  ASSIGN_OR_RETURN(files.state, ReadOptional(data / kState));
  ASSIGN_OR_RETURN(files.position, ReadOptional(data / kPosition));
  ASSIGN_OR_RETURN(files.handover, ReadOptional(data / kHandover));
  ASSIGN_OR_RETURN(const DatasetFiles dataset, ReadDataset(data));
  files.dataset = PlanDataset(dataset, append_only);
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

void SavePosition(const std::filesystem::path& data, const ReplicationPosition& position) {
  (void)ReplaceFileUnsynced(data / kPosition, PrintPosition(position));  // only a hint
}

Status SaveHandoverNote(const std::filesystem::path& data, const HandoverNote& note) {
  return ReplaceFileUnsynced(data / kHandover, PrintHandoverNote(note));
}

std::optional<HandoverNote> LoadHandoverNote(const std::filesystem::path& data) {
  if (data.empty()) return std::nullopt;
  const auto text = ReadFile(data / kHandover);
  if (!text) return std::nullopt;
  const auto note = ParseHandoverNote(*text);
  return note ? std::optional(*note) : std::nullopt;
}

Status DropHandoverNote(const std::filesystem::path& data) {
  std::error_code error;
  std::filesystem::remove(data / kHandover, error);
  if (!error) return {};
  return Fail(Code::kUnavailable, "removing {}: {}", (data / kHandover).string(), error.message());
}

Status SaveAddresses(const std::filesystem::path& data, const AddressBook& addresses) {
  const std::string text = PrintAddresses(addresses);
  const auto present = ReadFile(data / kAddresses);
  if (present && *present == text) return {};
  return WriteFileAtomic(data / kAddresses, text);
}

AddressBook LoadAddresses(const std::filesystem::path& data, const Settings& settings) {
  const auto text = ReadFile(data / kAddresses);
  if (!text) return {};
  AddressBook book = ParseAddresses(*text).value_or(AddressBook{});
  std::erase_if(book, [&](const auto& entry) { return !settings.layout.Contains(entry.first); });
  for (auto& [member, endpoint] : book) {
    endpoint.port = settings.PortOf(member);
    endpoint.bus_port = settings.ports.bus;
  }
  return book;
}

Status SaveSentinelConf(const std::filesystem::path& data, const std::string& text,
                        const AddressBook& addresses) {
  // The addresses first: a file whose addresses nobody knows is no memory.
  RETURN_IF_ERROR(SaveAddresses(data, addresses));
  return WriteFileAtomic(data / kSentinelConf, text, 0600);
}

Result<std::filesystem::path> Quarantine(const std::filesystem::path& data,
                                         const std::string& file) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(data / file));
  std::filesystem::path copy =
      data / std::format("{}.refused-{}", file, Sha1Hex(text).substr(0, 8));
  if (std::filesystem::exists(copy)) return copy;
  RETURN_IF_ERROR(WriteFileAtomic(copy, text, 0600));  // sentinel.conf has passwords
  return copy;
}

}  // namespace bowline
