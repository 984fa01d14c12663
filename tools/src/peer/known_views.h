#pragma once
// The lines behind the digests of small reports, as members told them last.

#include <deque>
#include <memory>
#include <mutex>
#include <string_view>

#include "model/nodes_view.h"

namespace bowline {

/// Of one program: its looks share it. Thread-safe.
class KnownViews {
 public:
  /// nullptr: not known, or not any more.
  std::shared_ptr<const CommonNodes> Find(std::string_view digest);
  /// The digest is worked out from the lines, so nobody can tell lines of another one.
  void Keep(std::shared_ptr<const CommonNodes> common);
  /// For a readable view that came whole: it gets the known lines that are equal to its own, or its
  /// own are kept.
  void Share(NodesView& view);

 private:
  std::mutex mutex_;
  std::deque<std::shared_ptr<const CommonNodes>> newest_;  ///< the latest first
};

}  // namespace bowline
