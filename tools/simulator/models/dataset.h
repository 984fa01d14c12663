#pragma once
// The writes that an engine holds, in its append-only files: a base in the form of a snapshot, and
// what came after it. The files are those that bowline looks at.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "simulator/core/scheduler.h"

namespace bowline::simulator {

class Dataset {
 public:
  explicit Dataset(std::filesystem::path data) : data_(std::move(data)) {}

  /// False: the files cannot be loaded.
  bool Load();
  /// Makes the files of an empty one, when there are none.
  void Begin();
  void Append(std::uint32_t id);
  /// A full copy has come: new files in the place of the old ones.
  void Replace(std::vector<std::uint32_t> writes);
  /// As appendfsync everysec does.
  void Sync() { synced_ = bytes_; }
  /// The process has ended: the file's time is that of its last write.
  void Close() const;
  /// The machine has no power: what was not synced is gone.
  void LoseUnsynced();

  [[nodiscard]] const std::vector<std::uint32_t>& writes() const { return writes_; }

 private:
  [[nodiscard]] std::filesystem::path File(const std::string& name) const;
  void WriteManifest() const;

  std::filesystem::path data_;
  std::vector<std::uint32_t> writes_;
  int sequence_ = 1;
  std::string base_;  ///< names of the files
  std::string increment_;
  std::int64_t bytes_ = 0;  ///< of the increment
  std::int64_t synced_ = 0;
  Micros written_ = 0;  ///< by the wall clock
};

}  // namespace bowline::simulator
