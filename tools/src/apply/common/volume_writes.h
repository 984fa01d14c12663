#pragma once
// Does the data volume take writes right now? Some KiB are written and synced each 2 s by a thread
// of its own, which runs only while that is asked: a disk that hangs must hold up nobody else, and
// the thread cannot be ended before the kernel lets it go.

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>

#include "sys/deadline.h"

namespace bowline {

/// One for the whole program: a write that hangs keeps its thread, and no second one is started.
class VolumeWrites {
 public:
  explicit VolumeWrites(std::filesystem::path data);
  /// Does not wait for a write that hangs.
  ~VolumeWrites();
  VolumeWrites(const VolumeWrites&) = delete;
  VolumeWrites& operator=(const VolumeWrites&) = delete;

  /// Only while this is true anything is written: a replica's concern. Where no thread can be
  /// started the next call tries again.
  void Want(bool wanted);
  /// What was written is of an engine's life before.
  void Forget();
  /// Since the last write that succeeded was begun; -1 ms: none has.
  [[nodiscard]] Milliseconds Age() const;

 private:
  struct Shared {
    std::filesystem::path file;
    std::mutex mutex;
    std::condition_variable changed;
    Milliseconds written{-1};  ///< of the steady clock
    bool wanted = false;
    bool running = false;  ///< the thread
  };
  static void Run(Shared& shared);

  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace bowline
