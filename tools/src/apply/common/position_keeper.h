#pragma once
// bowline-mark.json on the data volume (plan/common/volume.h) while the engine runs: about once a
// second, and once more when it is told to stop, as the last writes decide who has the newest
// dataset.

#include <filesystem>
#include <mutex>

#include "model/info.h"
#include "model/layout.h"
#include "plan/common/volume.h"

namespace bowline {

/// Of one life of the engine. Thread-safe.
class PositionKeeper {
 public:
  explicit PositionKeeper(std::filesystem::path data) : data_(std::move(data)) {}

  /// Where the engine stands; `epoch`: see ReplicationPosition. `addresses`: of the members, for a
  /// primary's position names the replicas in sync. Nothing is written for a replica whose link is
  /// down, and nothing after the last position.
  void Save(const EngineInfo& info, std::uint64_t epoch, const AddressBook& addresses);
  /// The last one, in the epoch of the one before; without one before nothing is known.
  void SaveLast(const EngineInfo& info, const AddressBook& addresses);

 private:
  void Write(const EngineInfo& info, std::uint64_t epoch, const AddressBook& addresses, bool exact);

  std::filesystem::path data_;
  std::mutex mutex_;
  ReplicationPosition position_;
  bool last_ = false;
};

}  // namespace bowline
