#include "plan/common/topology.h"

#include <chrono>
#include <format>
#include <utility>

#include "base/json.h"
#include "plan/common/bounded_loss.h"
#include "plan/common/last_copy.h"
#include "plan/common/mode_rules.h"
#include "plan/common/node_loss.h"
#include "plan/common/pause.h"
#include "plan/common/topology_parts.h"

namespace bowline {
namespace {

/// RFC 3339 in UTC; empty: none.
std::string TimeOf(std::int64_t seconds) {
  if (seconds == 0) return "";
  return std::format("{:%FT%TZ}", std::chrono::sys_seconds(std::chrono::seconds(seconds)));
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
  for (std::string& line : DescribeWaitingWrites(reports)) {
    topology.problems.push_back(std::move(line));
  }
  for (std::string& line : DescribePause(reports)) topology.warnings.push_back(std::move(line));
  return topology;
}

std::string PrintJson(const Topology& topology, const EngineFactsBook& engines) {
  JsonWriter json(true);
  json.BeginObject().Field("installation", topology.installation);
  json.Field("healthy", topology.problems.empty());
  json.Key("members").BeginArray();
  for (const TopologyRow& row : topology.rows) {
    json.BeginObject().Field("shard", row.member.shard).Field("member", row.member.ToString());
    json.Field("pod", row.pod).Field("node", row.node).Field("address", row.address);
    json.Field("role", row.role).Field("slots", row.slots).Field("lagBytes", row.lag);
    json.Field("state", row.state).Field("reason", row.reason);
    json.Field("fenceEvidence", row.fence_evidence);
    json.Field("certificateEnds", TimeOf(row.certificate_ends));
    WriteProgress(json, "progress", row.progress);
    const auto facts = engines.find(row.member);
    if (facts != engines.end() && facts->second.acl_log) {
      WriteAclLog(json, "aclLog", *facts->second.acl_log);
    }
    json.EndObject();
  }
  json.EndArray();
  json.Field("problems", topology.problems).Field("warnings", topology.warnings).EndObject();
  return json.Take() + "\n";
}

}  // namespace bowline
