#include "plan/common/topology_parts.h"

#include <algorithm>

namespace bowline {

TopologyRow StartRow(MemberName member, const AddressBook& addresses, const Cards& cards) {
  TopologyRow row{.member = member, .role = "-", .slots = "-", .state = "silent"};
  const auto address = addresses.find(member);
  row.address = address == addresses.end() ? "-" : address->second.ip;
  const auto card = cards.find(member);
  if (card == cards.end()) return row;
  row.pod = card->second.pod;
  row.node = card->second.node;
  if (card->second.RunsAsPrimary()) row.fence_evidence = card->second.fence_evidence;
  row.reason = card->second.reason;
  return row;
}

std::string EngineState(const Card& card) {
  if (card.phase != Phase::kRunning) return std::string(PhaseName(card.phase));
  if (!card.engine.answers) return "no answer";
  if (card.engine.info.loading) return "loading";
  if (!card.engine.info.primary && card.engine.info.sync_in_progress) return "syncing";
  if (!card.engine.info.primary && !card.engine.info.link_up) return "link down";
  if (!card.engine.refusal.empty()) return "refuses writes: " + card.engine.refusal;
  return "ok";
}

void AddRow(TopologyRow row, Topology& topology) {
  if (row.state == "ok") {
    row.reason.clear();
  } else {
    topology.problems.push_back(row.member.ToString() + ": " + row.state +
                                (row.reason.empty() ? "" : " (" + row.reason + ")"));
  }
  topology.rows.push_back(std::move(row));
}

void FillLag(const Cards& cards, std::vector<TopologyRow>& rows) {
  for (TopologyRow& row : rows) {
    if (row.role != "replica") continue;
    const Card& replica = cards.at(row.member);
    for (const auto& [member, card] : cards) {
      if (member.shard != row.member.shard || !card.engine.answers || !card.engine.info.primary) {
        continue;
      }
      row.lag = std::max<std::int64_t>(0, card.engine.info.offset - replica.engine.info.offset);
    }
  }
}

}  // namespace bowline
