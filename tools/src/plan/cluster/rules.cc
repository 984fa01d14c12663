#include "plan/cluster/rules.h"

#include <utility>

#include "plan/cluster/cluster_view.h"
#include "plan/cluster/engine_directives.h"
#include "plan/cluster/handover.h"
#include "plan/cluster/open_slots.h"
#include "plan/cluster/readiness.h"
#include "plan/cluster/start.h"
#include "plan/cluster/topology.h"
#include "plan/cluster/volume.h"
#include "plan/cluster/voters.h"

namespace bowline {

VolumeFacts ClusterRules::JudgeFiles(VolumeFacts facts, const VolumeFiles& files,
                                     MemberName self) const {
  return JudgeClusterFiles(std::move(facts), files, self);
}

StartPlan ClusterRules::PlanMember(const StartInput& input) const {
  return PlanClusterStart(input);
}

bool ClusterRules::ResumesAsPrimary(const StartInput& input) const {
  return input.volume.conf && input.volume.conf->Myself()->role == NodeRole::kPrimary;
}

ShardView ClusterRules::View(const Layout& layout, const Identity& identity, const Reports& reports,
                             int shard) const {
  return ViewOfShard(layout, identity, reports, shard);
}

bool ClusterRules::PromotesWithoutQuorum() const { return true; }

void ClusterRules::CheckHandover(const HandoverLook& look, HandoverStep& step) const {
  CheckShardHandover(look, step);
}

bool ClusterRules::Confirmed(const Layout& /*layout*/, const Identity& identity,
                             const Reports& reports, MemberName member) const {
  return LedByMajority(identity, reports, member);
}

Verdict ClusterRules::Readiness(const ProbeInput& /*input*/, const EngineSnapshot& engine) const {
  return ClusterReadiness(engine);
}

bool ClusterRules::OwnsDirective(std::string_view /*name*/) const { return false; }

std::string ClusterRules::EngineDirectives(const EngineConfInput& input) const {
  return ClusterDirectives(input);
}

std::vector<Account> ClusterRules::Accounts(const Identity& /*identity*/) const { return {}; }

FenceGroup ClusterRules::FenceGroupOf(const Layout& layout, const Identity& identity,
                                      MemberName self, const NodesView& view) const {
  return ClusterFenceGroup(layout, identity, self, view);
}

std::chrono::milliseconds ClusterRules::DownAfter(const Settings& settings) const {
  return std::chrono::milliseconds(settings.node_timeout_milliseconds);
}

std::chrono::milliseconds ClusterRules::ReplacedAfter(const Settings& /*settings*/) const {
  // One that lost the majority takes no writes until it has heard the others (cluster_legacy.c,
  // clusterUpdateState).
  return std::chrono::milliseconds::max();
}

bool ClusterRules::HasReadService() const { return false; }

bool ClusterRules::Sharded() const { return true; }

void ClusterRules::DescribeMembers(const Observed& observed, Topology& topology) const {
  DescribeClusterMode(observed, topology);
}

std::vector<std::string> ClusterRules::Problems(const Settings& settings, const Identity& identity,
                                                const Reports& reports) const {
  return OpenSlots(settings, identity, reports);
}

void ClusterRules::AddVoterRisks(const Layout& layout, const Reports& reports,
                                 std::vector<NodeRisk>& risks) const {
  AddPrimaryRisks(layout, reports, risks);
}

bool ClusterRules::LowerMemberRuns(const Layout& layout, const Identity& identity, MemberName self,
                                   const EngineSnapshot& engine) const {
  return LowerNodeRuns(layout, identity, self, engine);
}

}  // namespace bowline
