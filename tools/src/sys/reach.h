#pragma once
// Who can be reached right now: a TCP handshake, which the peer's kernel makes, so that a busy or
// starved process still counts. Not for talking to anybody.

#include <cstddef>
#include <string>
#include <vector>

#include "sys/deadline.h"

namespace bowline {

class Reach {
 public:
  /// A connection that is not made within `patience` is given up.
  explicit Reach(Milliseconds patience) : patience_(patience) {}
  ~Reach();
  Reach(const Reach&) = delete;
  Reach& operator=(const Reach&) = delete;

  /// Begins a connection to an IP literal; Wait tells `tag` when it is made. False when this
  /// process can have no socket: the silence that follows says nothing of the peer.
  bool BeginConnect(std::size_t tag, const std::string& ip, int port);
  /// The tags of the connections that have been made (and are closed again), as soon as there is
  /// one; nothing when the deadline passes first. What was made while we did not run is told, too.
  std::vector<std::size_t> Wait(Deadline deadline);

 private:
  struct Pending {
    int fd = -1;
    std::size_t tag = 0;
    Deadline until;
  };
  std::vector<std::size_t> Collect(Milliseconds span);

  Milliseconds patience_;
  std::vector<Pending> pending_;
};

}  // namespace bowline
