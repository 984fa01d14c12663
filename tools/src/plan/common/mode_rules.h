#pragma once
// What differs from mode to mode in the decisions. Each mode has a room beside this one
// (plan/cluster, plan/sentinel, plan/standalone) with one class that says it; plan/rules.h finds
// the class of a layout. All functions are pure.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "plan/common/engine_conf.h"
#include "plan/common/fence.h"
#include "plan/common/handover_step.h"
#include "plan/common/node_loss.h"
#include "plan/common/probe.h"
#include "plan/common/start.h"
#include "plan/common/topology.h"
#include "plan/common/volume.h"

namespace bowline {

class ModeRules {
 public:
  virtual ~ModeRules() = default;

  /// The rest of JudgeVolume: names and state file are as they should be.
  [[nodiscard]] virtual VolumeFacts JudgeFiles(VolumeFacts facts, const VolumeFiles& files,
                                               MemberName self) const = 0;

  /// How a member may start whose installation is known and whose volume is not refused.
  [[nodiscard]] virtual StartPlan PlanMember(const StartInput& input) const = 0;
  /// Would the engine be a primary after kResume?
  [[nodiscard]] virtual bool ResumesAsPrimary(const StartInput& input) const = 0;
  /// Who leads the shard by what the others tell, and whether those are heard who can elect, or be
  /// asked for a failover.
  [[nodiscard]] virtual ShardView View(const Layout& layout, const Identity& identity,
                                       const Reports& reports, int shard) const = 0;
  /// Can a replica be made primary when nobody elects, if all of the shard were heard?
  [[nodiscard]] virtual bool PromotesWithoutQuorum() const = 0;

  /// What the mode has to say to a step of a planned handover whose target is chosen: an obstacle,
  /// or `secure`.
  virtual void CheckHandover(const HandoverLook& look, HandoverStep& step) const = 0;
  /// Do the others say by a majority that `member` leads: the primaries, or the sentinels?
  [[nodiscard]] virtual bool Confirmed(const Layout& layout, const Identity& identity,
                                       const Reports& reports, MemberName member) const = 0;

  /// May an engine get traffic that answers, is not busy and refuses nothing? Of a member without
  /// data: may it get traffic at all?
  [[nodiscard]] virtual Verdict Readiness(const ProbeInput& input,
                                          const EngineSnapshot& engine) const = 0;

  /// Does the program own this directive of engine.conf in this mode alone?
  [[nodiscard]] virtual bool OwnsDirective(std::string_view name) const = 0;
  /// The mode's lines of engine.conf.
  [[nodiscard]] virtual std::string EngineDirectives(const EngineConfInput& input) const = 0;
  /// The mode's own accounts of a server, when passwords are on.
  [[nodiscard]] virtual std::vector<Account> Accounts(const Identity& identity) const = 0;

  /// Who must be heard so that a primary may go on taking writes. `view`: its CLUSTER NODES.
  [[nodiscard]] virtual FenceGroup FenceGroupOf(const Layout& layout, const Identity& identity,
                                                MemberName self, const NodesView& view) const = 0;

  /// After so long a silence the others may have elected another primary in place of one that has
  /// heard nobody.
  [[nodiscard]] virtual std::chrono::milliseconds DownAfter(const Settings& settings) const = 0;
  /// After so long without the others a primary that was fenced may have been replaced without
  /// learning it at once; max(): it always does.
  [[nodiscard]] virtual std::chrono::milliseconds ReplacedAfter(const Settings& settings) const = 0;

  /// Is there a Service that leads to the replicas alone?
  [[nodiscard]] virtual bool HasReadService() const = 0;
  /// Is the data split into shards that have slots?
  [[nodiscard]] virtual bool Sharded() const = 0;
  /// Adds a row for each member, and everything that is not as declared.
  virtual void DescribeMembers(const Observed& observed, Topology& topology) const = 0;
  /// What else is not as declared, each with its remedy.
  [[nodiscard]] virtual std::vector<std::string> Problems(const Settings& settings,
                                                          const Identity& identity,
                                                          const Reports& reports) const = 0;
  /// Adds the nodes whose loss would leave no majority that elects.
  virtual void AddVoterRisks(const Layout& layout, const Reports& reports,
                             std::vector<NodeRisk>& risks) const = 0;
  /// Is a member with a lower name known to run, by the own engine's answers alone?
  [[nodiscard]] virtual bool LowerMemberRuns(const Layout& layout, const Identity& identity,
                                             MemberName self,
                                             const EngineSnapshot& engine) const = 0;
};

}  // namespace bowline
