#include "plan/cluster/topology.h"

#include <algorithm>
#include <format>
#include <map>
#include <set>

#include "plan/common/topology_parts.h"

namespace bowline {
namespace {

std::string NameOf(const Observed& observed, const NodeId& id) {
  const auto found = observed.names.find(id);
  return found == observed.names.end() ? "unknown node " + id.str() : found->second.ToString();
}

TopologyRow RowOf(const Observed& observed, MemberName member) {
  TopologyRow row = StartRow(member, observed.addresses, observed.reports);
  const auto found = observed.reports.find(member);
  if (found == observed.reports.end()) return row;
  const EngineSnapshot& engine = found->second.engine;
  row.state = EngineState(found->second);
  if (row.state == "ok" && !engine.cluster.state_ok) row.state = "cluster not ok";
  if (!engine.answers) return row;
  row.role = engine.info.primary ? "primary" : "replica";
  if (engine.view.Readable() && engine.info.primary) {
    row.slots = ToString(engine.view.Myself()->slots);
  }
  if (!engine.info.primary && engine.view.Myself() != nullptr) {
    const auto primary = observed.names.find(engine.view.Myself()->primary);
    if (primary != observed.names.end()) row.follows = primary->second;
  }
  return row;
}

/// One member's own view against the layout: unknown or missing nodes, positions, addresses, slots.
void CheckView(const Observed& observed, const Report& report, std::vector<std::string>& problems) {
  const std::string who = report.member.ToString();
  const NodesView& view = report.engine.view;
  if (!view.Readable()) {
    problems.push_back(who + ": its CLUSTER NODES cannot be read: " + view.problem());
    return;
  }
  int slots = 0;
  std::set<NodeId> seen;
  for (const NodeLine* listed : view.Lines()) {
    const NodeLine& line = *listed;
    seen.insert(line.id);
    const std::string node = NameOf(observed, line.id);
    for (const SlotRange& range : line.slots) slots += range.size();
    if (line.fail || line.maybe_fail) {
      problems.push_back(std::format("{} sees {} as failed", who, node));
    }
    if (line.noaddr || line.handshake) {
      problems.push_back(std::format("{} has no address of {}", who, node));
    }
    const auto name = observed.names.find(line.id);
    if (name == observed.names.end()) {
      problems.push_back(std::format("{} knows an {}", who, node));
      continue;
    }
    const auto address = observed.addresses.find(name->second);
    if (address != observed.addresses.end() && address->second.ip != line.endpoint.ip) {
      problems.push_back(std::format("{} has {} at {}, its Service is {}", who, node,
                                     line.endpoint.ip, address->second.ip));
    }
  }
  for (const auto& [id, name] : observed.names) {
    if (!seen.contains(id)) problems.push_back(who + " does not know " + name.ToString());
  }
  if (slots != kSlotCount) {
    problems.push_back(std::format("{} sees {} of {} slots owned", who, slots, kSlotCount));
  }
}

/// One primary for each shard, the same for all observers, and everybody else its replica.
void CheckShard(const Observed& observed, int shard, std::vector<std::string>& problems) {
  const std::vector<MemberName> leaders = PrimariesOf(observed.layout, observed.reports, shard);
  if (leaders.size() != 1) {
    std::string list;
    for (const MemberName member : leaders) list += " " + member.ToString();
    problems.push_back(std::format("shard {} has {} primaries:{}", shard, leaders.size(), list));
    return;
  }
  const NodeId leader = observed.identity.NodeIdOf(leaders.front());
  std::map<MemberName, NodeId> ids;
  for (const MemberName member : observed.layout.MembersOf(shard)) {
    ids[member] = observed.identity.NodeIdOf(member);
  }
  for (const auto& [observer, report] : observed.reports) {
    if (!report.engine.answers) continue;
    for (const auto& [member, id] : ids) {
      const NodeLine* line = report.engine.view.Find(id);
      if (line == nullptr) continue;
      const bool right =
          line->id == leader ? line->role == NodeRole::kPrimary : line->primary == leader;
      if (!right) {
        problems.push_back(std::format("{} does not see {} as {} of shard {}", observer.ToString(),
                                       member.ToString(),
                                       line->id == leader ? "primary" : "replica", shard));
      }
    }
  }
}

}  // namespace

void DescribeClusterMode(const Observed& observed, Topology& topology) {
  for (const MemberName member : observed.layout.Members()) {
    AddRow(RowOf(observed, member), topology);
    const auto report = observed.reports.find(member);
    if (report != observed.reports.end() && report->second.engine.answers &&
        !report->second.engine.view.empty()) {
      CheckView(observed, report->second, topology.problems);
    }
  }
  for (int shard = 0; shard < observed.layout.shards; ++shard) {
    CheckShard(observed, shard, topology.problems);
  }
}

}  // namespace bowline
