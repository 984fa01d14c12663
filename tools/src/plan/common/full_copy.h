#pragma once
// A replica that copies the whole dataset of its primary, and loads it. Until it has, it serves
// nobody, and the primary has one copy less; after a start with append-only files it is the usual
// way, since these hold neither replication id nor offset (docs/decisions/0008-persistence-and-
// node-timeout.md).

#include <chrono>
#include <optional>
#include <string>

#include "model/info.h"

namespace bowline {

/// What an Event says about a copy.
struct CopyNews {
  bool ended = false;
  std::string text;
};

/// Not for several threads.
class FullCopyWatch {
 public:
  /// Called with each answer of the engine; `now` on any clock that never goes back. A copy of less
  /// than 2 s is not told. Its end is told once: in sync, or given up.
  std::optional<CopyNews> Look(const EngineInfo& info, std::chrono::milliseconds now);

 private:
  std::optional<std::chrono::milliseconds> began_;
  bool told_ = false;
};

}  // namespace bowline
