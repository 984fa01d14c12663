#include "plan/topology.h"

#include <algorithm>
#include <format>
#include <functional>
#include <set>
#include <utility>

#include "base/json.h"
#include "plan/last_copy.h"
#include "plan/node_loss.h"
#include "plan/pause.h"
#include "plan/sentinel_topology.h"
#include "plan/topology_parts.h"

namespace bowline {
namespace {

struct Observed {
  const Layout& layout;
  const Identity& identity;
  const AddressBook& addresses;
  const Cards& cards;
  std::map<NodeId, MemberName> names;
};

std::string NameOf(const Observed& observed, const NodeId& id) {
  const auto found = observed.names.find(id);
  return found == observed.names.end() ? "unknown node " + id.str() : found->second.ToString();
}

TopologyRow RowOf(const Observed& observed, MemberName member) {
  TopologyRow row = StartRow(member, observed.addresses, observed.cards);
  const auto found = observed.cards.find(member);
  if (found == observed.cards.end()) return row;
  const EngineSnapshot& engine = found->second.engine;
  row.state = EngineState(found->second);
  if (row.state == "ok" && !engine.cluster.state_ok) row.state = "cluster not ok";
  if (!engine.answers) return row;
  row.role = engine.info.primary ? "primary" : "replica";
  const auto view = ParseClusterNodes(engine.view);
  if (view && view->Myself() != nullptr && engine.info.primary) {
    row.slots = ToString(view->Myself()->slots);
  }
  return row;
}

/// One member's own view against the layout: unknown or missing nodes, marks, addresses, slots.
void CheckView(const Observed& observed, const Card& card, std::vector<std::string>& problems) {
  const std::string who = card.member.ToString();
  const auto view = ParseClusterNodes(card.engine.view);
  if (!view) {
    problems.push_back(who + ": its CLUSTER NODES cannot be read: " + view.error().message);
    return;
  }
  int slots = 0;
  std::set<NodeId> seen;
  for (const NodeLine& line : view->lines) {
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
  const std::vector<MemberName> leaders = PrimariesOf(observed.layout, observed.cards, shard);
  if (leaders.size() != 1) {
    std::string list;
    for (const MemberName member : leaders) list += " " + member.ToString();
    problems.push_back(std::format("shard {} has {} primaries:{}", shard, leaders.size(), list));
    return;
  }
  const NodeId leader = observed.identity.NodeIdOf(leaders.front());
  for (const auto& [observer, card] : observed.cards) {
    const auto view = ParseClusterNodes(card.engine.view);
    if (!card.engine.answers || !view) continue;
    for (const MemberName member : observed.layout.MembersOf(shard)) {
      const NodeLine* line = view->Find(observed.identity.NodeIdOf(member));
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

void DescribeClusterMode(const Observed& observed, Topology& topology) {
  for (const MemberName member : observed.layout.Members()) {
    AddRow(RowOf(observed, member), topology);
    const auto card = observed.cards.find(member);
    if (card != observed.cards.end() && card->second.engine.answers &&
        !card->second.engine.view.empty()) {
      CheckView(observed, card->second, topology.problems);
    }
  }
  for (int shard = 0; shard < observed.layout.shards; ++shard) {
    CheckShard(observed, shard, topology.problems);
  }
}

/// The heads of the table's columns and what stands in them.
using Columns =
    std::vector<std::pair<std::string_view, std::function<std::string(const TopologyRow&)>>>;

Columns ColumnsOf(Mode mode) {
  Columns columns{
      {"SHARD", [](const TopologyRow& row) { return std::to_string(row.member.shard); }},
      {"MEMBER", [](const TopologyRow& row) { return row.member.ToString(); }},
      {"NODE", [](const TopologyRow& row) { return row.node; }},
      {"ADDRESS", [](const TopologyRow& row) { return row.address; }},
      {"ROLE", [](const TopologyRow& row) { return row.role; }},
      {"SLOTS", [](const TopologyRow& row) { return row.slots; }},
      {"LAG", [](const TopologyRow& row) { return row.lag < 0 ? "-" : std::to_string(row.lag); }},
      {"STATE", [](const TopologyRow& row) { return row.state; }}};
  if (mode == Mode::kSentinel) {
    std::erase_if(columns, [](const auto& column) {
      return column.first == "SHARD" || column.first == "SLOTS";
    });
  }
  return columns;
}

}  // namespace

Topology Describe(const Layout& layout, const Identity& names, const AddressBook& addresses,
                  const Cards& cards) {
  Topology topology;
  topology.mode = layout.mode;
  Identity identity = names;
  for (const auto& [member, card] : cards) {
    if (card.installation.empty()) continue;
    if (identity.installation.empty()) identity.installation = card.installation;
    if (card.installation == identity.installation) continue;
    topology.problems.push_back(std::format("{} belongs to installation {}, not to {}",
                                            member.ToString(), card.installation,
                                            identity.installation));
  }
  topology.installation = identity.installation;
  if (layout.mode == Mode::kSentinel) {
    DescribeSentinelMode(layout, addresses, cards, topology);
  } else {
    Observed observed{layout, identity, addresses, cards, {}};
    for (const MemberName member : layout.Members()) {
      observed.names[identity.NodeIdOf(member)] = member;
    }
    DescribeClusterMode(observed, topology);
  }
  FillLag(cards, topology.rows);
  for (const NodeRisk& risk : NodeRisks(layout, cards)) {
    topology.warnings.push_back(risk.ToString());
  }
  for (std::string& line : DescribeLastCopies(identity.name_space, cards)) {
    topology.problems.push_back(std::move(line));
  }
  for (std::string& line : DescribePause(cards)) topology.warnings.push_back(std::move(line));
  return topology;
}

std::string PrintTable(const Topology& topology) {
  const Columns columns = ColumnsOf(topology.mode);
  std::vector<std::vector<std::string>> lines(1);
  for (const auto& [head, value] : columns) lines.front().emplace_back(head);
  for (const TopologyRow& row : topology.rows) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const auto& [head, value] : columns) line.push_back(value(row));
  }
  std::vector<std::size_t> widths(columns.size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string text;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
      text += std::format("{:{}}  ", line[i], widths[i]);
    }
    text += line.back() + "\n";
  }
  for (const std::string& problem : topology.problems) text += "! " + problem + "\n";
  for (const std::string& warning : topology.warnings) text += "warning: " + warning + "\n";
  return text;
}

std::string PrintJson(const Topology& topology) {
  JsonWriter json(true);
  json.BeginObject().Field("installation", topology.installation);
  json.Field("healthy", topology.problems.empty());
  json.Key("members").BeginArray();
  for (const TopologyRow& row : topology.rows) {
    json.BeginObject().Field("shard", row.member.shard).Field("member", row.member.ToString());
    json.Field("pod", row.pod).Field("node", row.node).Field("address", row.address);
    json.Field("role", row.role).Field("slots", row.slots).Field("lag", row.lag);
    json.Field("state", row.state).Field("reason", row.reason);
    json.Field("fenceEvidence", row.fence_evidence).EndObject();
  }
  json.EndArray();
  json.Key("problems").BeginArray();
  for (const std::string& problem : topology.problems) json.String(problem);
  json.EndArray().Key("warnings").BeginArray();
  for (const std::string& warning : topology.warnings) json.String(warning);
  json.EndArray().EndObject();
  return json.Take() + "\n";
}

}  // namespace bowline
