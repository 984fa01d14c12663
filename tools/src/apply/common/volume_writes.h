#pragma once
// Does the data volume take writes right now? Some KiB are written and synced each 2 s by a thread
// of its own: a disk that hangs must hold up nobody else.

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <utility>

#include "base/error.h"
#include "sys/deadline.h"

namespace bowline {

class VolumeWrites {
 public:
  explicit VolumeWrites(const std::filesystem::path& data);
  /// `write` is one test write; `start` runs what it is given on a thread that nobody waits for,
  /// and may throw std::system_error.
  using Write = std::function<Status()>;
  using Start = std::function<void(std::function<void()> body)>;
  VolumeWrites(Write write, Start start) : write_(std::move(write)), start_(std::move(start)) {}
  /// Does not wait for a write that hangs.
  ~VolumeWrites() { shared_->stop = true; }
  VolumeWrites(const VolumeWrites&) = delete;
  VolumeWrites& operator=(const VolumeWrites&) = delete;

  /// Only while this is true anything is written: a replica's concern. The thread begins with the
  /// first time; where none can be started (a limit of processes) the next call tries it again.
  void Want(bool wanted);
  /// Since the last write that succeeded was begun; -1 ms: none has.
  [[nodiscard]] Milliseconds Age() const;

 private:
  struct Shared {
    std::atomic<std::int64_t> written{-1};  ///< of the steady clock, in milliseconds
    std::atomic<bool> wanted = false;
    std::atomic<bool> stop = false;
    bool told = false;  ///< of the thread alone: that the volume takes no write
  };
  static void Once(Shared& shared, const Write& write);

  Write write_;
  Start start_;
  bool started_ = false;
  bool told_ = false;  ///< that no thread can be started
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace bowline
