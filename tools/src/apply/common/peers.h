#pragma once
// The other members, as a resident program asks them: its own name on each request, and an Event
// when somebody is rejected.

#include <chrono>
#include <mutex>
#include <string>

#include "apply/common/board.h"
#include "apply/common/context.h"
#include "apply/common/events.h"

namespace bowline {

class Peers {
 public:
  /// The board has the installation as far as it is known.
  Peers(const Settings& settings, const EngineSecrets& secrets, MemberName self, Board& board,
        EventSink& events);

  /// How this member speaks right now. Thread-safe.
  PeerChannel Channel();
  /// The cards of all other members in the book.
  Cards Gather(const AddressBook& addresses, Deadline deadline);
  /// The cards of these members.
  Cards GatherOf(const AddressBook& addresses, const std::vector<MemberName>& members,
                 Deadline deadline);

 private:
  /// Tells it by an Event PeerRejected, at most one in a minute: a stranger must not be able to
  /// make many.
  void Rejected(const std::string& why);

  const Settings& settings_;
  std::string key_;
  MemberName self_;
  Board& board_;
  EventSink& events_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point told_;
  int untold_ = 0;  ///< since then
};

}  // namespace bowline
