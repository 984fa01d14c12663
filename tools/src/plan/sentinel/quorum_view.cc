#include "plan/sentinel/quorum_view.h"

#include <algorithm>
#include <map>
#include <vector>

namespace bowline {
namespace {

/// A saved address that is no member's any more (Services made anew, the server scaled away) is no
/// knowledge of who leads. A running sentinel that names one is believed: it fails over by itself.
bool Knows(const SentinelSnapshot& sentinel) {
  return sentinel.HasOpinion() && (sentinel.answers || sentinel.primary);
}

/// Whom those name that know of the highest config epoch. A failover that was asked for needs no
/// votes, so two sentinels can use one epoch for two names: then the more often named one, then the
/// lower name.
std::optional<MemberName> NamedLast(const std::vector<const SentinelSnapshot*>& opinions) {
  std::uint64_t last = 0;
  for (const SentinelSnapshot* opinion : opinions) last = std::max(last, opinion->epochs.config);
  std::map<MemberName, int> named;
  for (const SentinelSnapshot* opinion : opinions) {
    if (opinion->epochs.config == last && opinion->primary) ++named[*opinion->primary];
  }
  if (named.empty()) return std::nullopt;
  return std::ranges::max_element(named, {}, [](const auto& entry) { return entry.second; })->first;
}

}  // namespace

QuorumView ViewOfSentinels(const Layout& layout, const Reports& reports,
                           const SentinelSnapshot* own) {
  std::vector<const SentinelSnapshot*> heard;
  if (own != nullptr) heard.push_back(own);
  for (const MemberName member : layout.Sentinels()) {
    const auto report = reports.find(member);
    if (report != reports.end() && report->second.sentinel)
      heard.push_back(&*report->second.sentinel);
  }
  QuorumView view;
  std::vector<const SentinelSnapshot*> opinions;
  for (const SentinelSnapshot* sentinel : heard) {
    view.epochs.config = std::max(view.epochs.config, sentinel->epochs.config);
    view.epochs.leader = std::max(view.epochs.leader, sentinel->epochs.leader);
    view.epochs.current = std::max(view.epochs.current, sentinel->epochs.current);
    if (!Knows(*sentinel)) continue;
    opinions.push_back(sentinel);
    if (sentinel->answers) ++view.running;
  }
  view.opinions = static_cast<int>(opinions.size());
  view.silent = layout.sentinels - static_cast<int>(heard.size());
  view.primary = NamedLast(opinions);
  view.decided = view.opinions * 2 > layout.sentinels && view.primary;
  view.forgotten = (view.opinions + view.silent) * 2 <= layout.sentinels;
  return view;
}

bool HoldsNamedDataset(const QuorumView& quorum, MemberName self, const EngineInfo& info,
                       const AddressBook& addresses) {
  if (!quorum.decided || quorum.running == 0) return false;
  if (info.primary) return quorum.primary == self;
  return info.link_up && MemberAt(addresses, info.primary_host) == quorum.primary;
}

}  // namespace bowline
