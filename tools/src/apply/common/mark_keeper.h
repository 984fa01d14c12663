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
class MarkKeeper {
 public:
  explicit MarkKeeper(std::filesystem::path data) : data_(std::move(data)) {}

  /// Where the engine stands; `term`: see ReplicationMark. `addresses`: of the members, for a
  /// primary's mark names the replicas in sync. Nothing is written for a replica whose link is
  /// down, and nothing after the last mark.
  void Save(const EngineInfo& info, std::uint64_t term, const AddressBook& addresses);
  /// The last one, in the term of the one before; without one before nothing is known.
  void SaveLast(const EngineInfo& info, const AddressBook& addresses);

 private:
  void Write(const EngineInfo& info, std::uint64_t term, const AddressBook& addresses, bool exact);

  std::filesystem::path data_;
  std::mutex mutex_;
  ReplicationMark mark_;
  bool last_ = false;
};

}  // namespace bowline
