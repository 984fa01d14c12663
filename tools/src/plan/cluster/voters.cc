#include "plan/cluster/voters.h"

#include <algorithm>
#include <format>

#include "plan/common/node_loss_parts.h"

namespace bowline {
namespace {

std::vector<MemberName> OtherPrimaries(const Layout& layout, const Identity& identity,
                                       MemberName self, const NodesView& view) {
  std::vector<MemberName> primaries;
  for (int shard = 0; shard < layout.shards; ++shard) {
    if (shard == self.shard) continue;
    for (const MemberName member : layout.MembersOf(shard)) {
      const NodeLine* line = view.Find(identity.NodeIdOf(member));
      if (line == nullptr || !line->LeadsSlots()) continue;
      primaries.push_back(member);
    }
  }
  return primaries;
}

/// Who can lead in place of a primary on `node`, on another node that does not become a risk by
/// this. The emptiest node first, then the lowest name.
std::optional<MemberName> BetterPlace(const Layout& layout, const Reports& reports,
                                      const ByNode& primaries, std::size_t running,
                                      const std::string& node) {
  std::optional<MemberName> best;
  std::size_t best_count = 0;
  for (const MemberName primary : primaries.at(node)) {
    for (const MemberName member : layout.MembersOf(primary.shard)) {
      const auto report = reports.find(member);
      if (report == reports.end() || !InSync(report->second)) continue;
      const std::string& there = report->second.node;
      if (there.empty() || there == node) continue;
      const auto found = primaries.find(there);
      const std::size_t count = found == primaries.end() ? 0 : found->second.size();
      if (TakesMajority(running, count + 1, layout.shards)) continue;
      if (!best || count < best_count) {
        best = member;
        best_count = count;
      }
    }
  }
  return best;
}

/// The first of two moves: where the replicas of the primaries on `node` are, another primary goes
/// elsewhere, so that one of these has room there.
std::optional<MemberName> RoomBeside(const Layout& layout, const Reports& reports,
                                     const ByNode& primaries, std::size_t running,
                                     const std::string& node) {
  for (const MemberName primary : primaries.at(node)) {
    for (const MemberName member : layout.MembersOf(primary.shard)) {
      const auto report = reports.find(member);
      if (report == reports.end() || !InSync(report->second)) continue;
      const std::string& there = report->second.node;
      if (there == node || !primaries.contains(there)) continue;
      const auto first = BetterPlace(layout, reports, primaries, running, there);
      if (first) return first;
    }
  }
  return std::nullopt;
}

}  // namespace

FenceGroup ClusterFenceGroup(const Layout& layout, const Identity& identity, MemberName self,
                             const NodesView& view) {
  FenceGroup group;
  group.replicas = layout.OthersOf(self);
  if (!view.Readable()) return group;
  group.voters = OtherPrimaries(layout, identity, self, view);
  group.majority = (static_cast<int>(group.voters.size()) + 1) / 2;
  return group;
}

void AddPrimaryRisks(const Layout& layout, const Reports& reports, std::vector<NodeRisk>& risks) {
  ByNode primaries;
  std::size_t running = 0;
  for (const auto& [member, report] : reports) {
    if (!report.RunsAsPrimary()) continue;
    ++running;
    if (!report.node.empty()) primaries[report.node].push_back(member);
  }
  // Without a majority there is none to lose: `check` tells what is wrong then.
  if (TakesMajority(running, 0, layout.shards)) return;
  for (const auto& [node, members] : primaries) {
    if (!TakesMajority(running, members.size(), layout.shards)) continue;
    NodeRisk risk{.node = node,
                  .loss = std::format("{} of {} primaries ({}): no majority would be left to elect",
                                      members.size(), layout.shards, Join(members)),
                  .remedy = ""};
    auto better = BetterPlace(layout, reports, primaries, running, node);
    if (!better) better = RoomBeside(layout, reports, primaries, running, node);
    risk.remedy = better ? std::format("bowline failover --shard {} --to {}", better->shard,
                                       better->ToString())
                         : "no replica that is in sync is on a node where a primary more would do "
                           "no harm: the members need at least three nodes (spread.nodes)";
    risks.push_back(std::move(risk));
  }
}

bool LowerNodeRuns(const Layout& layout, const Identity& identity, MemberName self,
                   const EngineSnapshot& engine) {
  for (const MemberName member : layout.Members()) {
    if (member >= self) break;
    const NodeLine* line = engine.view.Find(identity.NodeIdOf(member));
    if (line != nullptr && line->connected && !line->fail && !line->maybe_fail) return true;
  }
  return false;
}

}  // namespace bowline
