#include "plan/common/topology.h"

#include <algorithm>
#include <format>
#include <functional>
#include <utility>

#include "base/json.h"
#include "plan/common/fence.h"
#include "plan/common/last_copy.h"
#include "plan/common/mode_rules.h"
#include "plan/common/node_loss.h"
#include "plan/common/pause.h"
#include "plan/common/topology_parts.h"

namespace bowline {
namespace {

/// The heads of the table's columns and what stands in them.
using Columns =
    std::vector<std::pair<std::string_view, std::function<std::string(const TopologyRow&)>>>;

Columns ColumnsOf(bool sharded) {
  Columns columns{
      {"SHARD", [](const TopologyRow& row) { return std::to_string(row.member.shard); }},
      {"MEMBER", [](const TopologyRow& row) { return row.member.ToString(); }},
      {"NODE", [](const TopologyRow& row) { return row.node; }},
      {"ADDRESS", [](const TopologyRow& row) { return row.address; }},
      {"ROLE", [](const TopologyRow& row) { return row.role; }},
      {"SLOTS", [](const TopologyRow& row) { return row.slots; }},
      {"LAG", [](const TopologyRow& row) { return row.lag < 0 ? "-" : std::to_string(row.lag); }},
      {"STATE", [](const TopologyRow& row) { return row.state; }}};
  if (!sharded) {
    std::erase_if(columns, [](const auto& column) {
      return column.first == "SHARD" || column.first == "SLOTS";
    });
  }
  return columns;
}

}  // namespace

Topology Describe(const Layout& layout, const Identity& names, const AddressBook& addresses,
                  const Reports& reports, const ModeRules& rules) {
  Topology topology;
  topology.sharded = rules.Sharded();
  Identity identity = names;
  for (const auto& [member, report] : reports) {
    if (report.installation.empty()) continue;
    if (identity.installation.empty()) identity.installation = report.installation;
    if (report.installation == identity.installation) continue;
    topology.problems.push_back(std::format("{} belongs to installation {}, not to {}",
                                            member.ToString(), report.installation,
                                            identity.installation));
  }
  topology.installation = identity.installation;
  Observed observed{layout, identity, addresses, reports, {}};
  for (const MemberName member : layout.Members()) {
    observed.names[identity.NodeIdOf(member)] = member;
  }
  rules.DescribeMembers(observed, topology);
  FillLag(reports, topology.rows);
  for (const NodeRisk& risk : NodeRisks(layout, reports, rules)) {
    topology.warnings.push_back(risk.ToString());
  }
  for (std::string& line : DescribeLastCopies(identity.name_space, reports)) {
    topology.problems.push_back(std::move(line));
  }
  for (std::string& line : DescribePause(reports)) topology.warnings.push_back(std::move(line));
  return topology;
}

std::string PrintTable(const Topology& topology) {
  const Columns columns = ColumnsOf(topology.sharded);
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
  for (const TopologyRow& row : topology.rows) {
    if (row.fence_evidence.empty() || row.fence_evidence == kKernelEvidence) continue;
    text += std::format(
        "note: the fencing of {} looks at {}; it notices a cut after two to three seconds\n",
        row.member.ToString(), row.fence_evidence);
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
    json.Field("role", row.role).Field("slots", row.slots).Field("lagBytes", row.lag);
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
