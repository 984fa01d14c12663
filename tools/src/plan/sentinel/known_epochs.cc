#include "plan/sentinel/known_epochs.h"

#include <algorithm>

#include "plan/common/start_parts.h"
#include "plan/sentinel/quorum_view.h"

namespace bowline {
namespace {

void Raise(Reports& reports, MemberName member, std::uint64_t epoch) {
  const auto report = reports.find(member);
  if (report != reports.end()) report->second.epoch = std::max(report->second.epoch, epoch);
}

}  // namespace

void RaiseEpochs(const Layout& layout, Reports& reports) {
  const QuorumView quorum = ViewOfSentinels(layout, reports);
  if (quorum.decided) Raise(reports, *quorum.primary, quorum.epochs.config);
  for (const auto& [member, report] : reports) {
    if (report.handover) Raise(reports, report.handover->to, report.handover->epoch);
  }
}

StartInput WithKnownEpochs(StartInput input) {
  input.peers[input.self] = OwnReport(input);
  RaiseEpochs(input.layout, input.peers);
  const std::uint64_t epoch = input.peers.extract(input.self).mapped().epoch;
  VolumeFacts& volume = input.volume;
  if (volume.kind == VolumeKind::kData && epoch > volume.Epoch()) {
    if (!volume.position) volume.position.emplace();
    volume.position->epoch = epoch;
  }
  return input;
}

}  // namespace bowline
