#pragma once
// Does the data volume take writes right now? Some KiB are written and synced each 2 s by a thread
// of its own: a disk that hangs must hold up nobody else.

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>

#include "sys/deadline.h"

namespace bowline {

class VolumeWrites {
 public:
  explicit VolumeWrites(const std::filesystem::path& data);
  /// Does not wait for a write that hangs.
  ~VolumeWrites();
  VolumeWrites(const VolumeWrites&) = delete;
  VolumeWrites& operator=(const VolumeWrites&) = delete;

  /// Only while this is true anything is written: a replica's concern.
  void Want(bool wanted) { shared_->wanted = wanted; }
  /// Since the last write that succeeded was begun; -1 ms: none has.
  [[nodiscard]] Milliseconds Age() const;

 private:
  struct Shared {
    std::atomic<std::int64_t> written{-1};  ///< of the steady clock, in milliseconds
    std::atomic<bool> wanted = false;
    std::atomic<bool> stop = false;
  };
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace bowline
