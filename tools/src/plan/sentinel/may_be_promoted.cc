#include "plan/sentinel/may_be_promoted.h"

#include "plan/common/dataset_order.h"
#include "plan/sentinel/known_epochs.h"

namespace bowline {
namespace {

/// A server that was restarted from an append-only file and not in sync since has a new replication
/// id and no offset (replication.c: slave_repl_offset is 1 then), which tell nothing of what it
/// holds: its volume's position does. Only for holding back: positions are a second old, so they
/// are no reason to take the lead from a primary that is about to start.
Report AtRest(Report report) {
  const EngineInfo& info = report.engine.info;
  if (!info.primary && !info.link_up && info.offset <= 1) report.engine.answers = false;
  return report;
}

/// It leads in a moment, and has what its replicas lack: positions are a second old, so they cannot
/// tell the contrary.
bool IsComing(const Reports& reports, MemberName primary, const Report& own) {
  const auto report = reports.find(primary);
  return report != reports.end() && report->second.phase == Phase::kGuard &&
         report->second.HasData() && EpochOf(report->second) >= EpochOf(own);
}

}  // namespace

bool MayBePromoted(const Layout& layout, const Reports& peers, const Report& self,
                   std::optional<MemberName> follows, std::chrono::milliseconds lived) {
  if (follows && !peers.contains(*follows) && lived < kPrimaryPatience) return false;
  Reports reports = peers;
  reports[self.member] = self;
  RaiseEpochs(layout, reports);
  const Report& own = reports.at(self.member);
  if (!own.HasData() || (follows && IsComing(reports, *follows, own))) return false;
  int silent = 0;
  int empty = 0;  // a lost volume tells as little as silence, unless all are heard
  for (const MemberName member : layout.MembersOf(0)) {
    if (member == own.member) continue;
    const auto report = reports.find(member);
    if (report == reports.end()) {
      ++silent;
    } else if (!report->second.HasData()) {
      ++empty;
    } else if (CompareByHistory(AtRest(report->second), AtRest(own)) == History::kNewer) {
      return false;
    }
  }
  return silent == 0 || silent + empty <= 1;
}

}  // namespace bowline
