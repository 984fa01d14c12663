#pragma once
// The resident look at the engine's connections, several times a second: a primary that is cut off
// pauses its writes (plan/common/fence.h), as long as it is. It pauses and never resumes: the pause
// of a handover must not be ended here, and what is not renewed lapses by itself.

#include <optional>
#include <string>
#include <vector>

#include "apply/common/context.h"
#include "apply/common/events.h"
#include "apply/common/link_watch.h"
#include "apply/common/live_state.h"
#include "apply/common/peers.h"
#include "plan/common/fence.h"
#include "runtime/lane.h"
#include "sys/reach.h"

namespace bowline {

class ModeDriver;
class ModeRules;

class Fence {
 public:
  /// Looks at nothing while fencing is off, or when no replica is declared. The live state has the
  /// addresses.
  Fence(Lane& lane, const LiveSettings& settings, MemberName self, const ModeDriver& driver, Identity identity,
        LiveState& live, EventSink& events, Peers& peers, LinkWatch::Options options = {});
  ~Fence();
  Fence(const Fence&) = delete;
  Fence& operator=(const Fence&) = delete;

 private:
  /// How long to wait for the next look.
  Milliseconds LookAndTell();
  /// Is fencing on, and does the own engine run as primary, by its last answer?
  bool Leads();
  void Look(Deadline end);
  /// Where the kernel cannot tell of the replicas' connections: a replica counts as heard when INFO
  /// lists it with a lag of at most a second, a voter when its program reports. New connections say
  /// nothing there: a proxy makes them by itself.
  void LookWithoutKernel(const AddressBook& addresses);
  void AskVoters(const AddressBook& addresses);
  void LookAtVoters(const AddressBook& addresses);
  void Connect(const std::vector<MemberName>& members, const AddressBook& addresses);
  void Pause();
  void UseEvidence(const std::string& evidence);
  /// LiveState and Events, when it has changed.
  void Tell(bool leads);

  const LiveSettings& settings_;
  MemberName self_;
  const ModeRules& rules_;
  Identity identity_;
  LiveState& live_;
  EventSink& events_;
  Peers& peers_;
  LinkWatch links_;
  std::vector<MemberName> members_;  ///< all; a place in it is the tag of a connection
  FenceGroup group_;
  const Milliseconds replaced_after_;  ///< by the settings of the start
  FenceJudge judge_;
  Reach reach_{kFencePatience};
  std::map<MemberName, Milliseconds> heard_;  ///< without the kernel: when a replica was heard
  Milliseconds calls_{0};  ///< that calls to the engine have taken since the last verdict
  std::string evidence_;
  NodesView view_;                       ///< the newest CLUSTER NODES
  std::optional<Milliseconds> told_at_;  ///< the fence that stands, as told
  bool told_paused_ = false;             ///< told that the writes are paused
  std::string problem_;                  ///< why the last pause could not be asked for
  std::optional<Step> step_;
};

}  // namespace bowline
