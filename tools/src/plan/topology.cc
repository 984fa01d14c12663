#include "plan/topology.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/json.h"

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

std::string StateOf(const Card& card) {
  if (card.phase != Phase::kRunning) return std::string(PhaseName(card.phase));
  if (!card.engine.answers) return "no answer";
  if (card.engine.info.loading) return "loading";
  if (!card.engine.info.primary && card.engine.info.sync_in_progress) return "syncing";
  if (!card.engine.info.primary && !card.engine.info.link_up) return "link down";
  if (!card.engine.cluster.state_ok) return "cluster not ok";
  return "ok";
}

TopologyRow RowOf(const Observed& observed, MemberName member) {
  TopologyRow row{.member = member, .role = "-", .slots = "-", .state = "silent"};
  const auto address = observed.addresses.find(member);
  row.address = address == observed.addresses.end() ? "-" : address->second.ip;
  const auto found = observed.cards.find(member);
  if (found == observed.cards.end()) return row;
  const Card& card = found->second;
  row.pod = card.pod;
  row.node = card.node;
  row.state = StateOf(card);
  if (row.state != "ok") row.reason = card.reason;
  if (!card.engine.answers) return row;
  row.role = card.engine.info.primary ? "primary" : "replica";
  const auto view = ParseClusterNodes(card.engine.view);
  if (view && view->Myself() != nullptr && card.engine.info.primary) {
    row.slots = ToString(view->Myself()->slots);
  }
  return row;
}

/// Fills the replicas' lag from their primaries' offsets.
void FillLag(const Observed& observed, std::vector<TopologyRow>& rows) {
  for (TopologyRow& row : rows) {
    if (row.role != "replica") continue;
    const Card& replica = observed.cards.at(row.member);
    for (const auto& [member, card] : observed.cards) {
      if (member.shard != row.member.shard || !card.engine.answers || !card.engine.info.primary) {
        continue;
      }
      row.lag = std::max<std::int64_t>(0, card.engine.info.offset - replica.engine.info.offset);
    }
  }
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
    if (line.fail || line.maybe_fail) problems.push_back(who + " sees " + node + " as failed");
    if (line.noaddr || line.handshake) problems.push_back(who + " has no address of " + node);
    const auto name = observed.names.find(line.id);
    if (name == observed.names.end()) {
      problems.push_back(who + " knows an " + node);
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
  std::vector<std::string> leaders;
  for (const MemberName member : observed.layout.MembersOf(shard)) {
    const auto card = observed.cards.find(member);
    if (card != observed.cards.end() && card->second.engine.answers &&
        card->second.engine.info.primary) {
      leaders.push_back(member.ToString());
    }
  }
  if (leaders.size() != 1) {
    std::string list;
    for (const std::string& leader : leaders) list += " " + leader;
    problems.push_back(std::format("shard {} has {} primaries:{}", shard, leaders.size(), list));
    return;
  }
  const NodeId leader = observed.identity.NodeIdOf(*MemberName::Parse(leaders.front()));
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

}  // namespace

Topology Describe(const Layout& layout, const Identity& names, const AddressBook& addresses,
                  const Cards& cards) {
  Topology topology;
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
  Observed observed{layout, identity, addresses, cards, {}};
  for (const MemberName member : layout.Members()) {
    observed.names[identity.NodeIdOf(member)] = member;
  }
  for (const MemberName member : layout.Members()) {
    topology.rows.push_back(RowOf(observed, member));
    const TopologyRow& row = topology.rows.back();
    if (row.state != "ok") {
      topology.problems.push_back(member.ToString() + ": " + row.state +
                                  (row.reason.empty() ? "" : " (" + row.reason + ")"));
    }
    const auto card = cards.find(member);
    if (card != cards.end() && card->second.engine.answers && !card->second.engine.view.empty()) {
      CheckView(observed, card->second, topology.problems);
    }
  }
  for (int shard = 0; shard < layout.shards; ++shard) {
    CheckShard(observed, shard, topology.problems);
  }
  FillLag(observed, topology.rows);
  return topology;
}

std::string PrintTable(const Topology& topology) {
  constexpr std::array<std::string_view, 8> kHeads{"SHARD", "MEMBER", "NODE", "ADDRESS",
                                                   "ROLE",  "SLOTS",  "LAG",  "STATE"};
  std::vector<std::array<std::string, 8>> lines;
  std::array<std::string, 8> head;
  std::ranges::copy(kHeads, head.begin());
  lines.push_back(head);
  for (const TopologyRow& row : topology.rows) {
    lines.push_back({std::to_string(row.member.shard), row.member.ToString(), row.node, row.address,
                     row.role, row.slots, row.lag < 0 ? "-" : std::to_string(row.lag), row.state});
  }
  std::array<std::size_t, 8> widths{};
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
    json.Field("state", row.state).Field("reason", row.reason).EndObject();
  }
  json.EndArray();
  json.Key("problems").BeginArray();
  for (const std::string& problem : topology.problems) json.String(problem);
  json.EndArray().EndObject();
  return json.Take() + "\n";
}

}  // namespace bowline
