#include "plan/common/topology_parts.h"

#include <algorithm>

namespace bowline {

TopologyRow StartRow(MemberName member, const AddressBook& addresses, const Reports& reports) {
  TopologyRow row{.member = member, .role = "-", .slots = "-", .state = "silent"};
  const auto address = addresses.find(member);
  row.address = address == addresses.end() ? "-" : address->second.ip;
  const auto report = reports.find(member);
  if (report == reports.end()) return row;
  row.pod = report->second.pod;
  row.node = report->second.node;
  if (report->second.RunsAsPrimary()) row.fence_evidence = report->second.fence_evidence;
  row.reason = report->second.reason;
  row.certificate_ends = report->second.certificate_ends;
  if (report->second.engine.answers) row.progress = report->second.engine.progress;
  return row;
}

std::string EngineState(const Report& report) {
  if (report.phase != Phase::kRunning) return std::string(PhaseName(report.phase));
  if (!report.engine.answers) return "no answer";
  if (report.engine.info.loading) return "loading";
  if (!report.engine.info.primary && report.engine.info.sync_in_progress) return "syncing";
  if (!report.engine.info.primary && !report.engine.info.link_up) return "link down";
  if (!report.engine.refusal.empty()) return "refuses writes: " + report.engine.refusal;
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

void FillLag(const Reports& reports, std::vector<TopologyRow>& rows) {
  for (TopologyRow& row : rows) {
    if (row.role != "replica") continue;
    const Report& replica = reports.at(row.member);
    for (const auto& [member, report] : reports) {
      if (member.shard != row.member.shard || !report.engine.answers ||
          !report.engine.info.primary) {
        continue;
      }
      row.lag = std::max<std::int64_t>(0, report.engine.info.offset - replica.engine.info.offset);
    }
  }
}

}  // namespace bowline
