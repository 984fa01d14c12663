#include "plan/standalone/rules.h"

#include <utility>

#include "plan/common/server_volume.h"
#include "plan/common/topology_parts.h"
#include "plan/standalone/start.h"

namespace bowline {

VolumeFacts StandaloneRules::JudgeFiles(VolumeFacts facts, const VolumeFiles& files,
                                        MemberName /*self*/) const {
  return JudgeServerFiles(std::move(facts), files);
}

StartPlan StandaloneRules::PlanMember(const StartInput& input) const {
  return PlanStandaloneStart(input);
}

bool StandaloneRules::ResumesAsPrimary(const StartInput& /*input*/) const { return true; }

ShardView StandaloneRules::View(const Layout& layout, const Identity& /*identity*/,
                                const Reports& reports, int shard) const {
  ShardView view;
  const std::vector<MemberName> primaries = PrimariesOf(layout, reports, shard);
  if (!primaries.empty()) view.primary = primaries.front();
  return view;
}

bool StandaloneRules::PromotesWithoutQuorum() const { return false; }

void StandaloneRules::CheckHandover(const HandoverLook& /*look*/, HandoverStep& /*step*/) const {}

bool StandaloneRules::Confirmed(const Layout& /*layout*/, const Identity& /*identity*/,
                                const Reports& /*reports*/, MemberName /*member*/) const {
  return false;
}

Verdict StandaloneRules::Readiness(const ProbeInput& /*input*/,
                                   const EngineSnapshot& engine) const {
  // A person has made it follow another server, e.g. to bring data over.
  return Yes(engine.info.primary ? "the only server" : "a replica of a server outside");
}

bool StandaloneRules::OwnsDirective(std::string_view /*name*/) const { return false; }

std::string StandaloneRules::EngineDirectives(const EngineConfInput& /*input*/) const { return ""; }

/// Sentinels of a later upgrade to sentinel mode watch this server while it still runs as it is.
/// Could they not log in, they would take it for dead and promote another one.
std::vector<Account> StandaloneRules::Accounts(const Identity& identity) const {
  return {SentinelAccount(identity)};
}

FenceGroup StandaloneRules::FenceGroupOf(const Layout& /*layout*/, const Identity& /*identity*/,
                                         MemberName /*self*/, const NodesView& /*view*/) const {
  return {};
}

std::chrono::milliseconds StandaloneRules::DownAfter(const Settings& /*settings*/) const {
  return std::chrono::hours(24 * 365);  // nobody is elected in its place
}

std::chrono::milliseconds StandaloneRules::ReplacedAfter(const Settings& settings) const {
  return DownAfter(settings);
}

bool StandaloneRules::HasReadService() const { return false; }

bool StandaloneRules::Sharded() const { return false; }

void StandaloneRules::DescribeMembers(const Observed& observed, Topology& topology) const {
  for (const MemberName member : observed.layout.Members()) {
    TopologyRow row = StartRow(member, observed.addresses, observed.reports);
    const auto report = observed.reports.find(member);
    if (report != observed.reports.end()) {
      const EngineSnapshot& engine = report->second.engine;
      row.state = EngineState(report->second);
      if (engine.answers) row.role = engine.info.primary ? "primary" : "replica";
      if (engine.answers && !engine.info.primary) {
        topology.problems.push_back(
            std::format("{} replicates from {}:{}, although it is declared to be the only server",
                        member.ToString(), engine.info.primary_host, engine.info.primary_port));
      }
    }
    AddRow(std::move(row), topology);
  }
}

std::vector<std::string> StandaloneRules::Problems(const Settings& /*settings*/,
                                                   const Identity& /*identity*/,
                                                   const Reports& /*reports*/) const {
  return {};
}

void StandaloneRules::AddVoterRisks(const Layout& /*layout*/, const Reports& /*reports*/,
                                    std::vector<NodeRisk>& /*risks*/) const {}

bool StandaloneRules::LowerMemberRuns(const Layout& /*layout*/, const Identity& /*identity*/,
                                      MemberName /*self*/, const EngineSnapshot& /*engine*/) const {
  return false;
}

}  // namespace bowline
