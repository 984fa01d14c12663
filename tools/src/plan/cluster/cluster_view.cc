#include "plan/cluster/cluster_view.h"

#include <algorithm>
#include <set>

namespace bowline {
namespace {

/// Members of one shard by their node ids.
std::map<NodeId, MemberName> IdsOfShard(const Layout& layout, const Identity& identity, int shard) {
  std::map<NodeId, MemberName> ids;
  for (const MemberName member : layout.MembersOf(shard)) ids[identity.NodeIdOf(member)] = member;
  return ids;
}

bool LeadsSlots(const NodeLine& line) {
  return line.role == NodeRole::kPrimary && !line.slots.empty();
}

/// Does the view say that this node leads, and that it lives?
bool LeadsAlive(const NodeLine& line) { return LeadsSlots(line) && !line.fail && !line.maybe_fail; }

/// Takes over what one member's view claims about the shard, when its epoch is higher than what is
/// known.
void Consider(const Report& report, const NodesConf& view, const std::map<NodeId, MemberName>& ids,
              ShardView& result) {
  for (const NodeLine& line : view.lines) {
    const auto id = ids.find(line.id);
    if (id == ids.end() || !LeadsSlots(line)) continue;
    if (result.primary && line.config_epoch <= result.config_epoch) continue;
    result.primary = id->second;
    result.config_epoch = line.config_epoch;
    result.source = report.member;
    result.view = view;
    result.current_epoch = report.engine.cluster.current_epoch;
  }
}

/// A replica loses the flag with its next answer on the bus, a primary with slots only after 2 x
/// node timeout (cluster_legacy.c, clearNodeFailureIfNeeded), and is voted out meanwhile:
/// docs/facts/cluster.md 3h.
void NoteFailed(const NodesConf& view, const std::map<NodeId, MemberName>& ids,
                std::vector<MemberName>& failed) {
  for (const NodeLine& line : view.lines) {
    const auto id = ids.find(line.id);
    if (!line.fail || id == ids.end() || std::ranges::contains(failed, id->second)) continue;
    failed.push_back(id->second);
  }
}

}  // namespace

ShardView ViewOfShard(const Layout& layout, const Identity& identity, const Reports& reports,
                      int shard) {
  const auto ids = IdsOfShard(layout, identity, shard);
  ShardView result;
  std::set<SlotRange> running;  // two members that claim one shard for a moment count once
  std::ptrdiff_t total = 0;
  for (const auto& [member, report] : reports) {
    if (!report.engine.answers || report.engine.view.empty()) continue;
    const auto view = ParseClusterNodes(report.engine.view);
    if (!view) continue;  // an engine in the middle of a change; the next report will do
    const NodeLine* myself = view->Myself();
    if (myself != nullptr && LeadsSlots(*myself)) running.insert(myself->slots.front());
    total = std::max(total, std::ranges::count_if(view->lines, LeadsSlots));
    Consider(report, *view, ids, result);
    NoteFailed(*view, ids, result.voted_out);
  }
  result.quorum = std::ssize(running) * 2 > total && total > 0;
  return result;
}

bool LedByMajority(const Identity& identity, const Reports& reports, MemberName member) {
  const NodeId id = identity.NodeIdOf(member);
  int running = 0;
  int agreeing = 0;
  for (const auto& [name, report] : reports) {
    if (!report.engine.answers || report.engine.view.empty()) continue;
    const auto view = ParseClusterNodes(report.engine.view);
    if (!view || view->Myself() == nullptr || !LeadsSlots(*view->Myself())) continue;
    ++running;
    const NodeLine* line = view->Find(id);
    if (line != nullptr && LeadsAlive(*line)) ++agreeing;
  }
  return agreeing * 2 > running;
}

bool SecureInLead(const Layout& layout, const Identity& identity, const Reports& reports,
                  MemberName member) {
  return ViewOfShard(layout, identity, reports, member.shard).quorum &&
         LedByMajority(identity, reports, member);
}

std::optional<MemberName> TakenForFailedBy(const Identity& identity, const Reports& reports,
                                           MemberName member) {
  const NodeId id = identity.NodeIdOf(member);
  for (const auto& [name, report] : reports) {
    const auto view = ParseClusterNodes(report.engine.view);
    const NodeLine* line = view ? view->Find(id) : nullptr;
    if (line != nullptr && line->fail) return name;
  }
  return std::nullopt;
}

bool HearsMajority(std::string_view view) {
  const auto nodes = ParseClusterNodes(view);
  if (!nodes) return false;
  int all = 0;
  int heard = 0;
  for (const NodeLine& line : nodes->lines) {
    if (line.role != NodeRole::kPrimary || line.slots.empty()) continue;
    ++all;
    if (line.myself || (line.connected && !line.fail && !line.maybe_fail)) ++heard;
  }
  return heard * 2 > all;
}

}  // namespace bowline
