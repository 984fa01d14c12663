#pragma once
// The other members, as a resident program asks them: its own name on each request, and an Event
// when somebody is rejected.

#include <chrono>
#include <map>
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
  /// The reports of all other members in the book. `unread`: as AskPeers has it.
  Reports Gather(const AddressBook& addresses, Deadline deadline,
                 std::vector<MemberName>* unread = nullptr);
  /// The reports of these members.
  Reports GatherOf(const AddressBook& addresses, const std::vector<MemberName>& members,
                   Deadline deadline, PeerViews views = PeerViews::kRead);
  /// Where these members' last signed requests came from: a pod's address, which needs no
  /// kube-proxy. Never believed by itself, since a proxy, an address translation or a request that
  /// is sent again may show another one: it is only where a member is asked for a signed answer.
  AddressBook Shown(const std::vector<MemberName>& members);
  /// How long ago each of the others was heard last: it answered, or it asked.
  std::map<MemberName, Milliseconds> Heard();

 private:
  Reports Note(Reports reports);
  /// Tells it by an Event PeerRejected, at most one in a minute: a stranger must not be able to
  /// make many.
  void Rejected(const std::string& why);

  const LiveSettings& settings_;
  MemberName self_;
  LiveState& live_;
  EventSink& events_;
  std::shared_ptr<KnownViews> views_ = std::make_shared<KnownViews>();
  std::mutex mutex_;
  std::map<MemberName, std::string> shown_;
  std::map<MemberName, std::chrono::steady_clock::time_point> heard_;
  std::chrono::steady_clock::time_point told_;
  int untold_ = 0;  ///< since then
};

}  // namespace bowline
