#include "plan/sentinel/voters.h"

#include <format>

#include "plan/common/node_loss_parts.h"

namespace bowline {

FenceGroup SentinelFenceGroup(const Layout& layout, MemberName self) {
  FenceGroup group;
  group.replicas = layout.OthersOf(self);
  group.voters = layout.Sentinels();
  group.majority = layout.sentinels / 2 + 1;
  return group;
}

void AddSentinelRisks(const Layout& layout, const Reports& reports, std::vector<NodeRisk>& risks) {
  if (layout.sentinels < 3) return;
  ByNode sentinels;
  std::size_t running = 0;
  for (const MemberName member : layout.Sentinels()) {
    const auto report = reports.find(member);
    if (report == reports.end() || report->second.phase != Phase::kRunning) continue;
    if (!report->second.sentinel || !report->second.sentinel->answers) continue;
    ++running;
    if (!report->second.node.empty()) sentinels[report->second.node].push_back(member);
  }
  if (TakesMajority(running, 0, layout.sentinels)) return;
  for (const auto& [node, members] : sentinels) {
    if (!TakesMajority(running, members.size(), layout.sentinels)) continue;
    const bool crowded = members.size() > 1;
    risks.push_back(
        {.node = node,
         .loss = std::format("{} of {} sentinels ({}): no majority would be left to elect",
                             members.size(), layout.sentinels, Join(members)),
         .remedy = crowded ? std::format("delete the pod of {} while another node has room for it; "
                                         "spread.nodes=required keeps them apart",
                                         members.back().ToString())
                           : "bring back the sentinels that do not answer"});
  }
}

}  // namespace bowline
