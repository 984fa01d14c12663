#pragma once
// The data volume, read and written. Judgement is in plan/common/volume.h.

#include <filesystem>

#include "base/error.h"
#include "model/settings.h"
#include "plan/common/volume.h"

namespace bowline {

/// Reads what plan/common/volume.h judges; `append_only`: how the engine is configured. Absent
/// files are absent; anything unreadable is an error, never "absent".
Result<VolumeFiles> ReadVolume(const std::filesystem::path& data, bool append_only = false);

/// The volume's lock, for life: after a forced deletion the old pod's engine still writes for a
/// while, and two engines on one volume lose what the old one acknowledges. False when somebody
/// else holds it.
Result<bool> TryLockVolume(const std::filesystem::path& data);

Status SaveState(const std::filesystem::path& data, const VolumeState& state);
/// Checks the file once more (CheckNodesConf), then writes it if it differs from what is there.
Status SaveNodesConf(const std::filesystem::path& data, const NodesConf& conf);
/// Without fsync: it is only a hint, rewritten each second.
void SavePosition(const std::filesystem::path& data, const ReplicationPosition& position);
/// Before another member is promoted in this one's place. Without fsync: it is for processes and
/// pods that end, and the writes wait for it.
Status SaveHandoverNote(const std::filesystem::path& data, const HandoverNote& note);
/// The note that is there; nullopt: there is none that can be read, or `data` is empty.
std::optional<HandoverNote> LoadHandoverNote(const std::filesystem::path& data);
/// This member leads after all.
Status DropHandoverNote(const std::filesystem::path& data);

/// What a sentinel starts from, and what its addresses mean (plan/common/saved_addresses.h).
Status SaveSentinelConf(const std::filesystem::path& data, const std::string& text,
                        const AddressBook& addresses);
Status SaveAddresses(const std::filesystem::path& data, const AddressBook& addresses);
/// The last saved addresses of the declared members, for when DNS is down; empty: none.
AddressBook LoadAddresses(const std::filesystem::path& data, const Settings& settings);

/// Keeps a copy of a file that cannot be trusted ("nodes.conf", "sentinel.conf") beside it, named
/// by its content, so that repeated starts make one copy. The original stays as it is. Returns the
/// copy's path; kNotFound when there is no such file.
Result<std::filesystem::path> Quarantine(const std::filesystem::path& data,
                                         const std::string& file);

}  // namespace bowline
