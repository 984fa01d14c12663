#include "plan/sentinel/known_terms.h"

#include <algorithm>

#include "plan/common/start_parts.h"
#include "plan/sentinel/quorum_view.h"

namespace bowline {
namespace {

void Raise(Cards& cards, MemberName member, std::uint64_t term) {
  const auto card = cards.find(member);
  if (card != cards.end()) card->second.term = std::max(card->second.term, term);
}

}  // namespace

void RaiseTerms(const Layout& layout, Cards& cards) {
  const QuorumView quorum = ViewOfSentinels(layout, cards);
  if (quorum.decided) Raise(cards, *quorum.primary, quorum.epochs.config);
  for (const auto& [member, card] : cards) {
    if (card.handover) Raise(cards, card.handover->to, card.handover->term);
  }
}

StartInput WithKnownTerms(StartInput input) {
  input.peers[input.self] = OwnCard(input);
  RaiseTerms(input.layout, input.peers);
  const std::uint64_t term = input.peers.extract(input.self).mapped().term;
  VolumeFacts& volume = input.volume;
  if (volume.kind == VolumeKind::kData && term > volume.Term()) {
    if (!volume.mark) volume.mark.emplace();
    volume.mark->term = term;
  }
  return input;
}

}  // namespace bowline
