#include "plan/promotable.h"

#include "plan/dataset_order.h"

namespace bowline {

bool MayBePromoted(const Layout& layout, const Cards& peers, const Card& own) {
  if (!own.HasData()) return false;
  int silent = 0;
  int empty = 0;  // a lost volume tells as little as silence, unless all are heard
  for (const MemberName member : layout.MembersOf(0)) {
    if (member == own.member) continue;
    const auto card = peers.find(member);
    if (card == peers.end()) {
      ++silent;
    } else if (!card->second.HasData()) {
      ++empty;
    } else if (CompareByHistory(card->second, own) == History::kNewer) {
      return false;
    }
  }
  return silent == 0 || silent + empty <= 1;
}

}  // namespace bowline
