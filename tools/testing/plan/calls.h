#pragma once
// For tests only: the decisions by the rules of the layout's mode, without naming these each time.
// To be included by cluster_rules.h, sentinel_rules.h and rules.h alone, after TestRules.

#include "plan/common/mode_rules.h"

namespace bowline {

inline Layout LayoutWith(MemberName member) {
  return member.kind == MemberKind::kShard ? Layout{} : Layout::Sentinel(3, 3);
}

inline StartPlan PlanStart(const StartInput& input) {
  return PlanStart(input, testing::TestRules(input.layout));
}

inline VolumeFacts JudgeVolume(const VolumeFiles& files, const Identity& expected,
                               MemberName self) {
  return JudgeVolume(files, expected, self, testing::TestRules(LayoutWith(self)));
}

inline Verdict ReadinessVerdict(const ProbeInput& input) {
  return ReadinessVerdict(input, testing::TestRules(input.layout));
}

inline Topology Describe(const Layout& layout, const Identity& names, const AddressBook& addresses,
                         const Reports& reports) {
  return Describe(layout, names, addresses, reports, testing::TestRules(layout));
}

inline std::vector<NodeRisk> NodeRisks(const Layout& layout, const Reports& reports) {
  return NodeRisks(layout, reports, testing::TestRules(layout));
}

inline FenceGroup FenceGroupOf(const Layout& layout, const Identity& identity, MemberName self,
                               const NodesView& view) {
  return testing::TestRules(layout).FenceGroupOf(layout, identity, self, view);
}

inline Result<std::string> RenderEngineConf(const EngineConfInput& input) {
  return RenderEngineConf(input, testing::TestRules(input.settings.layout));
}

}  // namespace bowline
