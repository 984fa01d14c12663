#pragma once
// What the resident looks at a server have in common: the monitor's own (apply/common/monitor.h)
// and those of the server's mode.

#include <chrono>
#include <optional>

#include "apply/common/context.h"
#include "apply/common/events.h"
#include "apply/common/handovers.h"
#include "apply/common/live_state.h"
#include "apply/common/peers.h"
#include "plan/common/lookups.h"
#include "plan/common/role_change.h"

namespace bowline {

class ModeDriver;

/// Of one life of the engine. Used by the monitor's thread alone.
struct ServerWatch {
  using Clock = std::chrono::steady_clock;

  const LiveSettings& settings;
  MemberName self;
  const ModeDriver& driver;
  VolumeState state;
  Endpoint announced;
  AddressBook addresses;
  bool passive = false;  ///< no sentinel may promote this member yet
  LiveState& live;
  EventSink& events;
  Peers& peers;
  Handovers& handovers;

  Clock::time_point began = Clock::now();
  Lookups lookups{self, Since({})};
  bool stale = false;  ///< held back as it has missed writes
  /// Of the dataset; 0: not known.
  std::uint64_t epoch = 0;
  /// When a majority of those who elect was last heard.
  std::optional<Clock::time_point> majority_heard = std::nullopt;
  /// Since when a majority has named this primary.
  std::optional<Clock::time_point> confirmed = std::nullopt;
  /// The last change of its role, and the epoch in which it came; empty: it is that of the start.
  std::optional<Clock::time_point> changed = std::nullopt;
  std::uint64_t changed_in = 0;

  [[nodiscard]] std::optional<RoleChange> Changed() const;
  /// Looks up what is due while these members cannot be reached (plan/common/lookups.h), into
  /// `addresses` and on the live state; those that DNS has answered now.
  AddressBook LookUp(const std::vector<MemberName>& trouble);
  /// To a dead `primary`: what moves the lead from there.
  [[nodiscard]] HandoverContext From(MemberName primary) const;
  [[nodiscard]] Result<RespClient> Connect(Deadline deadline) const;
};

/// What a mode's resident look does.
class ModeWatch {
 public:
  virtual ~ModeWatch() = default;
  /// By the answer of the own engine alone, without asking anybody.
  virtual void Hear(const Report& report) = 0;
  /// Looks at the others, for the label and the position, and repairs what needs no look-up.
  virtual void Look(const Report& report) = 0;
  /// Looks up addresses, which may wait for DNS, and repairs by them.
  virtual void LookUp(const Report& report) = 0;
  /// Is the next look due soon?
  [[nodiscard]] virtual bool Eager() const { return false; }
  /// May an election choose this replica?
  [[nodiscard]] virtual Status AllowPromotion(bool allowed) = 0;
};

}  // namespace bowline
