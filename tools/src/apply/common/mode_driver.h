#pragma once
// What differs from mode to mode in what a member does. Each mode has a room beside this one
// (apply/cluster, apply/sentinel, apply/standalone) with one class that does it; apply/driver.h
// finds the class of a layout. What is decided from what was seen is in plan/common/mode_rules.h.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "apply/common/context.h"
#include "apply/common/handover.h"
#include "apply/common/link_watch.h"
#include "apply/common/server_watch.h"
#include "plan/common/mode_rules.h"

namespace bowline {

/// What a start's configuration is made of.
struct StartFiles {
  const Settings& settings;
  const Paths& paths;
  MemberName self;
  EngineSecrets secrets;
  const VolumeFacts& volume;
  const AddressBook& addresses;
  const Reports& reports;  ///< by which was decided
};

/// Who takes over in a planned handover.
struct SwitchTarget {
  MemberName member;
  /// So long nobody is elected against `ctx.self`, so that the member may do without votes; empty:
  /// it may not.
  std::optional<Deadline> secure = std::nullopt;
};

class ModeDriver {
 public:
  virtual ~ModeDriver() = default;

  [[nodiscard]] virtual const ModeRules& rules() const = 0;

  /// The user's directives, checked before anything starts. kInvalidArgument naming the line that
  /// sets something that the program owns.
  [[nodiscard]] virtual Status CheckDirectives(const Paths& paths) const = 0;
  /// Writes what the process starts from, beside engine.conf.
  [[nodiscard]] virtual Status WriteStart(const StartFiles& files, const StartPlan& plan) const = 0;

  /// After a try that came to nothing: is it that nobody is there who could confirm it?
  [[nodiscard]] virtual bool NoMajority(const HandoverContext& ctx, Deadline deadline) const = 0;
  /// From the living primary `ctx.self` to the target.
  [[nodiscard]] virtual Status Switch(const HandoverContext& ctx, const SwitchTarget& target,
                                      Deadline deadline) const = 0;
  /// See TakeOverDead.
  [[nodiscard]] virtual Status TakeOver(const HandoverContext& ctx, const TakeOverTarget& target,
                                        Deadline deadline) const = 0;

  /// The mode's part of the resident look at a server.
  [[nodiscard]] virtual std::unique_ptr<ModeWatch> Watch(ServerWatch& server) const = 0;

  /// The own engine's connections with the voters, as far as they are found.
  [[nodiscard]] virtual std::map<MemberName, LinkEnds> FindVoters(
      const VoterSearch& search) const = 0;
  /// Where the engine is told to publish a few bytes, so that it sends to all replicas and voters.
  [[nodiscard]] virtual const char* LinkChannel() const = 0;
};

/// The driver of a layout's mode (apply/driver.h). The declared mode may change while a member
/// runs: an upgrade from standalone to sentinel mode restarts the server last.
using DriverFor = const ModeDriver& (*)(const Layout& layout);

}  // namespace bowline
