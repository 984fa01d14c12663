#include "plan/sentinel/voters.h"

#include <format>

#include "plan/common/node_loss_parts.h"

namespace bowline {

FenceCircle SentinelCircle(const Layout& layout, MemberName self) {
  FenceCircle circle;
  circle.replicas = layout.MembersOf(self.shard);
  std::erase(circle.replicas, self);
  circle.voters = layout.Sentinels();
  circle.majority = layout.sentinels / 2 + 1;
  return circle;
}

void AddSentinelRisks(const Layout& layout, const Cards& cards, std::vector<NodeRisk>& risks) {
  if (layout.sentinels < 3) return;
  ByNode sentinels;
  std::size_t running = 0;
  for (const MemberName member : layout.Sentinels()) {
    const auto card = cards.find(member);
    if (card == cards.end() || card->second.phase != Phase::kRunning) continue;
    if (!card->second.sentinel || !card->second.sentinel->answers) continue;
    ++running;
    if (!card->second.node.empty()) sentinels[card->second.node].push_back(member);
  }
  if (TakesMajority(running, 0, layout.sentinels)) return;
  for (const auto& [node, members] : sentinels) {
    if (!TakesMajority(running, members.size(), layout.sentinels)) continue;
    const bool crowded = members.size() > 1;
    risks.push_back(
        {.node = node,
         .loss = std::format("{} of {} sentinels ({}): no majority would be left to elect",
                             members.size(), layout.sentinels, JoinNames(members)),
         .remedy = crowded ? std::format("delete the pod of {} while another node has room for it; "
                                         "spread.nodes=required keeps them apart",
                                         members.back().ToString())
                           : "bring back the sentinels that do not answer"});
  }
}

}  // namespace bowline
