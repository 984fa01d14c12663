#include "plan/sentinel/running_sentinels.h"

#include <algorithm>

namespace bowline {
namespace {

/// The latest config epoch of those that name `member`.
std::uint64_t EpochOf(const Layout& layout, const Reports& reports, MemberName member) {
  std::uint64_t epoch = 0;
  for (const MemberName name : layout.Sentinels()) {
    const SentinelSnapshot* sentinel = AnsweringSentinel(reports, name);
    if (sentinel == nullptr || sentinel->primary != member) continue;
    epoch = std::max(epoch, sentinel->epochs.config);
  }
  return epoch;
}

bool IsSettled(const Layout& layout, const Reports& reports, MemberName named) {
  const std::uint64_t epoch = EpochOf(layout, reports, named);
  return std::ranges::none_of(layout.Sentinels(), [&](MemberName name) {
    const SentinelSnapshot* sentinel = AnsweringSentinel(reports, name);
    if (sentinel == nullptr) return false;
    // The leader of a failover goes on naming the old primary until all replicas have moved.
    return sentinel->primary == named ? sentinel->failing_over : sentinel->epochs.config > epoch;
  });
}

}  // namespace

const SentinelSnapshot* AnsweringSentinel(const Reports& reports, MemberName sentinel) {
  const auto report = reports.find(sentinel);
  if (report == reports.end() || !report->second.sentinel || !report->second.sentinel->answers) {
    return nullptr;
  }
  return &*report->second.sentinel;
}

bool NamedByMajority(const Layout& layout, const Reports& reports, MemberName member) {
  const auto names = [&](MemberName name) {
    const SentinelSnapshot* sentinel = AnsweringSentinel(reports, name);
    return sentinel != nullptr && sentinel->primary == member;
  };
  return std::ranges::count_if(layout.Sentinels(), names) * 2 > layout.sentinels;
}

RunningSentinels AskSentinels(const Layout& layout, const Reports& reports) {
  RunningSentinels result;
  result.answering =
      static_cast<int>(std::ranges::count_if(layout.Sentinels(), [&](MemberName sentinel) {
        return AnsweringSentinel(reports, sentinel) != nullptr;
      }));
  for (const MemberName member : layout.MembersOf(0)) {
    if (NamedByMajority(layout, reports, member)) result.named = member;
  }
  for (const MemberName sentinel : layout.Sentinels()) {
    const SentinelSnapshot* view = AnsweringSentinel(reports, sentinel);
    if (view != nullptr && result.named && view->primary == result.named) {
      result.epoch = std::max(result.epoch, view->epochs.config);
    }
  }
  result.settled = result.named && IsSettled(layout, reports, *result.named);
  return result;
}

bool HearsMajority(const Layout& layout, const Reports& sentinels) {
  const auto answering = std::ranges::count_if(sentinels, [](const auto& entry) {
    return entry.second.sentinel && entry.second.sentinel->answers;
  });
  return answering * 2 > layout.sentinels;
}

std::vector<MemberName> LookedUpFor(const Layout& layout, const SentinelSnapshot& sentinel,
                                    const AddressBook& addresses) {
  std::vector<MemberName> members;
  for (const auto* list : {&sentinel.replicas, &sentinel.sentinels}) {
    for (const SentinelPeer& peer : *list) {
      const auto member = MemberAt(addresses, peer.ip);
      if (!member) return layout.Members();
      if (peer.down || !peer.connected) members.push_back(*member);
    }
  }
  if (sentinel.HasOpinion() && !sentinel.primary) return layout.Members();
  if (sentinel.primary && sentinel.primary_down) members.push_back(*sentinel.primary);
  return members;
}

std::vector<MemberName> LookedUpFor(const Layout& layout, const EngineInfo& info,
                                    const AddressBook& addresses) {
  const auto stranger = [&](std::string_view ip) { return !MemberAt(addresses, ip); };
  const bool elsewhere = info.primary
                             ? std::ranges::any_of(info.replicas, stranger, &ReplicaEntry::ip)
                             : stranger(info.primary_host);
  return elsewhere ? layout.Members() : std::vector<MemberName>();
}

}  // namespace bowline
