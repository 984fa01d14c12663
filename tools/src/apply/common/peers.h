#pragma once
// The other members, as a resident program asks them: its own name on each request, and an Event
// when somebody is rejected.

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "apply/common/context.h"
#include "apply/common/events.h"
#include "apply/common/live_state.h"
#include "runtime/live_settings.h"

namespace bowline {

class Peers {
 public:
  /// The live state has the installation as far as it is known.
  Peers(const LiveSettings& settings, MemberName self, LiveState& live, EventSink& events);

  /// How this member speaks right now. Thread-safe.
  PeerChannel Channel();
  /// The reports of all other members in the book.
  Reports Gather(const AddressBook& addresses, Deadline deadline);
  /// The reports of these members.
  Reports GatherOf(const AddressBook& addresses, const std::vector<MemberName>& members,
                   Deadline deadline, PeerViews views = PeerViews::kRead);

 private:
  /// Tells it by an Event PeerRejected, at most one in a minute: a stranger must not be able to
  /// make many.
  void Rejected(const std::string& why);

  const LiveSettings& settings_;
  MemberName self_;
  LiveState& live_;
  EventSink& events_;
  std::shared_ptr<KnownViews> views_ = std::make_shared<KnownViews>();
  std::mutex mutex_;
  std::chrono::steady_clock::time_point told_;
  int untold_ = 0;  ///< since then
};

}  // namespace bowline
