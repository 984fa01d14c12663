#include "plan/quorum_view.h"

#include <algorithm>

namespace bowline {
namespace {

void Consider(const SentinelSnapshot& sentinel, QuorumView& view) {
  if (!sentinel.HasOpinion()) return;
  ++view.opinions;
  if (sentinel.answers) ++view.running;
  if (view.opinions == 1 || sentinel.epochs.config > view.epochs.config) {
    view.primary = sentinel.primary;
  }
  view.epochs.config = std::max(view.epochs.config, sentinel.epochs.config);
  view.epochs.leader = std::max(view.epochs.leader, sentinel.epochs.leader);
  view.epochs.current = std::max(view.epochs.current, sentinel.epochs.current);
}

}  // namespace

QuorumView ViewOfSentinels(const Layout& layout, const Cards& cards, const SentinelSnapshot* own) {
  QuorumView view;
  int heard = own != nullptr ? 1 : 0;
  if (own != nullptr) Consider(*own, view);
  for (const MemberName member : layout.Sentinels()) {
    const auto card = cards.find(member);
    if (card == cards.end() || !card->second.sentinel) continue;
    ++heard;
    Consider(*card->second.sentinel, view);
  }
  view.silent = layout.sentinels - heard;
  view.decided = view.opinions * 2 > layout.sentinels && view.primary;
  view.forgotten = (view.opinions + view.silent) * 2 <= layout.sentinels;
  return view;
}

bool NamedByMajority(const Layout& layout, const Cards& cards, MemberName member) {
  const auto names = [&](MemberName sentinel) {
    const auto card = cards.find(sentinel);
    return card != cards.end() && card->second.sentinel && card->second.sentinel->answers &&
           card->second.sentinel->primary == member;
  };
  return std::ranges::count_if(layout.Sentinels(), names) * 2 > layout.sentinels;
}

}  // namespace bowline
