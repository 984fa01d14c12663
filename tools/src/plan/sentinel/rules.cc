#include "plan/sentinel/rules.h"

#include <utility>

#include "plan/common/server_volume.h"
#include "plan/sentinel/engine_directives.h"
#include "plan/sentinel/known_epochs.h"
#include "plan/sentinel/quorum_view.h"
#include "plan/sentinel/readiness.h"
#include "plan/sentinel/running_sentinels.h"
#include "plan/sentinel/starts.h"
#include "plan/sentinel/topology.h"
#include "plan/sentinel/volume.h"
#include "plan/sentinel/voters.h"

namespace bowline {

VolumeFacts SentinelRules::JudgeFiles(VolumeFacts facts, const VolumeFiles& files,
                                      MemberName self) const {
  return self.HoldsData() ? JudgeServerFiles(std::move(facts), files)
                          : JudgeSentinelFiles(std::move(facts), files, self);
}

StartPlan SentinelRules::PlanMember(const StartInput& input) const {
  const StartInput known = WithKnownEpochs(input);
  return input.self.HoldsData() ? PlanServerStart(known) : PlanSentinelStart(known);
}

bool SentinelRules::ResumesAsPrimary(const StartInput& /*input*/) const { return true; }

ShardView SentinelRules::View(const Layout& layout, const Identity& /*identity*/,
                              const Reports& reports, int /*shard*/) const {
  const QuorumView quorum = ViewOfSentinels(layout, reports);
  ShardView view;
  view.quorum = quorum.running > 0;  // one sentinel is enough for a failover that is asked for
  view.primary = quorum.primary;
  return view;
}

bool SentinelRules::PromotesWithoutQuorum() const { return false; }

void SentinelRules::CheckHandover(const HandoverLook& /*look*/, HandoverStep& /*step*/) const {}

bool SentinelRules::Confirmed(const Layout& layout, const Identity& /*identity*/,
                              const Reports& reports, MemberName member) const {
  return NamedByMajority(layout, reports, member);
}

Verdict SentinelRules::Readiness(const ProbeInput& input, const EngineSnapshot& engine) const {
  return input.self.HoldsData() ? ServerReadiness(input, engine.info) : SentinelReadiness(input);
}

bool SentinelRules::OwnsDirective(std::string_view name) const { return IsPriority(name); }

std::string SentinelRules::EngineDirectives(const EngineConfInput& input) const {
  return ServerDirectives(input);
}

std::vector<Account> SentinelRules::Accounts(const Identity& identity) const {
  return {SentinelAccount(identity)};
}

FenceGroup SentinelRules::FenceGroupOf(const Layout& layout, const Identity& /*identity*/,
                                       MemberName self, const NodesView& /*view*/) const {
  return SentinelFenceGroup(layout, self);
}

std::chrono::milliseconds SentinelRules::DownAfter(const Settings& settings) const {
  return std::chrono::milliseconds(settings.sentinel.down_after_milliseconds);
}

std::chrono::milliseconds SentinelRules::ReplacedAfter(const Settings& settings) const {
  return DownAfter(settings);
}

bool SentinelRules::HasReadService() const { return true; }

bool SentinelRules::Sharded() const { return false; }

void SentinelRules::DescribeMembers(const Observed& observed, Topology& topology) const {
  DescribeSentinelMode(observed, topology);
}

std::vector<std::string> SentinelRules::Problems(const Settings& /*settings*/,
                                                 const Identity& /*identity*/,
                                                 const Reports& /*reports*/) const {
  return {};
}

void SentinelRules::AddVoterRisks(const Layout& layout, const Reports& reports,
                                  std::vector<NodeRisk>& risks) const {
  AddSentinelRisks(layout, reports, risks);
}

bool SentinelRules::LowerMemberRuns(const Layout& /*layout*/, const Identity& /*identity*/,
                                    MemberName /*self*/, const EngineSnapshot& /*engine*/) const {
  return false;  // not before the reports are here
}

}  // namespace bowline
