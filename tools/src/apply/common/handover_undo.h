#pragma once
// What a handover has changed at the old primary is put back by one function, whoever began it and
// however it has ended.

#include <cstdint>
#include <filesystem>

#include "resp/client.h"

namespace bowline {

struct HandoverUndo {
  std::int64_t min_replicas = 0;  ///< as it was; 0: it was not changed
  /// The note on this volume says that another one has the later writes, and that is not so; empty:
  /// there is none, or it stays.
  std::filesystem::path note_on;
  bool resume = false;  ///< end the pause of writes
};

/// In this order: a write must not be taken while the note says that it does not count. Each step
/// can be done twice.
Status UndoHandover(RespClient& engine, const HandoverUndo& undo, Deadline deadline);

}  // namespace bowline
