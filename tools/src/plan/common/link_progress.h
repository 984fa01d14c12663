#pragma once
// Whether bytes get through: the engine's own connections, looked at again and again. A connection
// with something outstanding whose acknowledged bytes do not grow is silent; an idle one proves
// nothing and counts as well. Under load something is outstanding at every look, so that alone says
// nothing (docs/facts/kernel-links.md).

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bowline {

/// One connection at one look.
struct LinkLook {
  std::string id;  ///< the same for the life of the connection
  bool outstanding = false;
  std::uint64_t acked_bytes = 0;
  std::chrono::milliseconds since_heard{0};  ///< since bytes or an acknowledgement last came in
};

class LinkProgress {
 public:
  using Time = std::chrono::milliseconds;

  void Forget() { links_.clear(); }
  /// One look at all connections that are open. Those that are not among them any more are
  /// remembered with their last good time.
  void Look(const std::vector<LinkLook>& links, Time now);
  /// The time since which there have not been `count` connections that get through; nothing: there
  /// never were so many.
  [[nodiscard]] std::optional<Time> GoodUntil(std::size_t count) const;
  /// The same of connections on which anything came in: an idle one gets through and says nothing.
  [[nodiscard]] std::optional<Time> HeardUntil(std::size_t count) const;

 private:
  struct Link {
    std::uint64_t acked_bytes = 0;
    Time good{0};   ///< the last look at which it was idle or had got on
    Time heard{0};  ///< when something last came in on it
    bool open = true;
  };
  [[nodiscard]] std::optional<Time> Latest(std::size_t count, Time Link::* time) const;

  std::map<std::string, Link, std::less<>> links_;
};

}  // namespace bowline
