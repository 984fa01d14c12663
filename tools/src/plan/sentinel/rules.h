#pragma once
// The decisions of sentinel mode: of servers, and of sentinels, which hold no data.

#include "plan/common/mode_rules.h"

namespace bowline {

class SentinelRules : public ModeRules {
 public:
  [[nodiscard]] VolumeFacts JudgeFiles(VolumeFacts facts, const VolumeFiles& files,
                                       MemberName self) const override;
  [[nodiscard]] StartPlan PlanMember(const StartInput& input) const override;
  [[nodiscard]] bool ResumesAsPrimary(const StartInput& input) const override;
  [[nodiscard]] ShardView View(const Layout& layout, const Identity& identity,
                               const Reports& reports, int shard) const override;
  [[nodiscard]] bool PromotesWithoutQuorum() const override;
  void CheckHandover(const HandoverLook& look, HandoverStep& step) const override;
  [[nodiscard]] bool Confirmed(const Layout& layout, const Identity& identity,
                               const Reports& reports, MemberName member) const override;
  [[nodiscard]] Verdict Readiness(const ProbeInput& input,
                                  const EngineSnapshot& engine) const override;
  [[nodiscard]] bool OwnsDirective(std::string_view name) const override;
  [[nodiscard]] std::string EngineDirectives(const EngineConfInput& input) const override;
  [[nodiscard]] std::vector<Account> Accounts(const Identity& identity) const override;
  [[nodiscard]] FenceGroup FenceGroupOf(const Layout& layout, const Identity& identity,
                                        MemberName self, const NodesView& view) const override;
  [[nodiscard]] std::chrono::milliseconds DownAfter(const Settings& settings) const override;
  [[nodiscard]] std::chrono::milliseconds ReplacedAfter(const Settings& settings) const override;
  [[nodiscard]] bool HasReadService() const override;
  [[nodiscard]] bool Sharded() const override;
  void DescribeMembers(const Observed& observed, Topology& topology) const override;
  [[nodiscard]] std::vector<std::string> Problems(const Settings& settings,
                                                  const Identity& identity,
                                                  const Reports& reports) const override;
  void AddVoterRisks(const Layout& layout, const Reports& reports,
                     std::vector<NodeRisk>& risks) const override;
  [[nodiscard]] bool LowerMemberRuns(const Layout& layout, const Identity& identity,
                                     MemberName self, const EngineSnapshot& engine) const override;
};

}  // namespace bowline
