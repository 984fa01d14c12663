#include "plan/sentinel/promotable.h"

#include "plan/common/dataset_order.h"
#include "plan/sentinel/known_terms.h"

namespace bowline {
namespace {

/// A server that was restarted from an append-only file and not in sync since has a new replication
/// id and no offset (replication.c: slave_repl_offset is 1 then), which tell nothing of what it
/// holds: its volume's mark does. Only for holding back: marks are a second old, so they are no
/// reason to take the lead from a primary that is about to start.
Card AtRest(Card card) {
  const EngineInfo& info = card.engine.info;
  if (!info.primary && !info.link_up && info.offset <= 1) card.engine.answers = false;
  return card;
}

/// It leads in a moment, and has what its replicas lack: marks are a second old, so they cannot
/// tell the contrary.
bool IsComing(const Cards& cards, MemberName primary, const Card& own) {
  const auto card = cards.find(primary);
  return card != cards.end() && card->second.phase == Phase::kGuard && card->second.HasData() &&
         TermOf(card->second) >= TermOf(own);
}

}  // namespace

bool MayBePromoted(const Layout& layout, const Cards& peers, const Card& self,
                   std::optional<MemberName> follows, std::chrono::milliseconds lived) {
  if (follows && !peers.contains(*follows) && lived < kPrimaryPatience) return false;
  Cards cards = peers;
  cards[self.member] = self;
  RaiseTerms(layout, cards);
  const Card& own = cards.at(self.member);
  if (!own.HasData() || (follows && IsComing(cards, *follows, own))) return false;
  int silent = 0;
  int empty = 0;  // a lost volume tells as little as silence, unless all are heard
  for (const MemberName member : layout.MembersOf(0)) {
    if (member == own.member) continue;
    const auto card = cards.find(member);
    if (card == cards.end()) {
      ++silent;
    } else if (!card->second.HasData()) {
      ++empty;
    } else if (CompareByHistory(AtRest(card->second), AtRest(own)) == History::kNewer) {
      return false;
    }
  }
  return silent == 0 || silent + empty <= 1;
}

}  // namespace bowline
