#pragma once
// The data volume, read and written. Judgement is in plan/volume.h.

#include <filesystem>

#include "base/error.h"
#include "plan/volume.h"

namespace bowline {

/// Reads what plan/volume.h judges. Absent files are absent; anything unreadable is an error, never
/// "absent".
Result<VolumeFiles> ReadVolume(const std::filesystem::path& data);

/// The volume's lock, for life: after a forced deletion the old pod's engine still writes for a
/// while, and two engines on one volume lose what the old one acknowledges. False when somebody
/// else holds it.
Result<bool> TryLockVolume(const std::filesystem::path& data);

Status SaveState(const std::filesystem::path& data, const VolumeState& state);
/// Checks the file once more (CheckNodesConf), then writes it if it differs from what is there.
Status SaveNodesConf(const std::filesystem::path& data, const NodesConf& conf);
/// Without fsync: it is only a hint, rewritten each second.
void SaveMark(const std::filesystem::path& data, const ReplicationMark& mark);

/// Keeps a copy of a refused nodes.conf beside it, named by its content, so that repeated starts
/// make one copy. The original stays as it is. Returns the copy's path; kNotFound when there is no
/// nodes.conf.
Result<std::filesystem::path> QuarantineNodesConf(const std::filesystem::path& data);

}  // namespace bowline
