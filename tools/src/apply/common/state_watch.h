#pragma once
// Keeps the state of the release on the installation record: the label bowline/state and the
// annotations beside it. One server does it for all, and writes when something has changed
// (plan/common/state_teller.h).

#include <optional>
#include <string>

#include "apply/common/live_state.h"
#include "apply/common/peers.h"
#include "kube/api.h"
#include "plan/common/mode_rules.h"
#include "plan/common/state_teller.h"
#include "runtime/lane.h"
#include "runtime/live_settings.h"

namespace bowline {

/// What is read of the record and written to it. Of one thread.
class StateKeeper {
 public:
  using Time = StateTeller::Time;

  StateKeeper(std::string name_space, std::string record, MemberName self)
      : name_space_(std::move(name_space)), record_(std::move(record)), teller_(self) {}

  /// At each read of the record. `now`: by any one steady clock.
  void Read(Time now, const ConfigMapState& record);
  /// This member is the one that writes, if anything is to be written. Over what was read: another
  /// writer's change is read first, and so is one of its own.
  void Look(Time now, const ReleaseLook& look, Deadline deadline);
  /// Another member writes.
  void Rest() { teller_.Rest(); }
  /// Does the record say what was seen last?
  [[nodiscard]] bool Said() const { return teller_.Said(); }
  [[nodiscard]] const RecordedState& recorded() const { return recorded_; }

 private:
  std::string name_space_;
  std::string record_;
  StateTeller teller_;
  RecordedState recorded_;  ///< as last read
  std::string version_;     ///< of the record as last read; empty: to be read first
  std::string problem_;     ///< of the last write; told once
};

class StateWatch {
 public:
  /// Without a record, and in a sentinel, nothing is done. A look at the others each 10 s, more
  /// often while something changes, of 0.5 s at most; a write takes 1 s at most.
  StateWatch(Lane& lane, const LiveSettings& settings, MemberName self, const ModeRules& rules,
             LiveState& live, Peers& peers);
  StateWatch(const StateWatch&) = delete;
  StateWatch& operator=(const StateWatch&) = delete;

  /// What another step of the lane has read (apply/common/pause.h).
  void Read(const ConfigMapState& record);

 private:
  /// How long to wait for the next one.
  Milliseconds Look();
  /// Of those who would write in this member's place, one is heard, or known to run.
  bool LowerWrites(const Report& own, const AddressBook& addresses);
  /// Before the start has looked them up, by a look-up of its own.
  AddressBook Addresses();

  const LiveSettings& settings_;
  MemberName self_;
  const ModeRules& rules_;
  LiveState& live_;
  Peers& peers_;
  AddressBook found_;
  std::optional<StateKeeper> keeper_;
  std::optional<Step> step_;
};

}  // namespace bowline
