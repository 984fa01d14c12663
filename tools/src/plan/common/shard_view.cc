#include "plan/common/shard_view.h"

namespace bowline {
std::vector<MemberName> Silent(const Cards& heard, const std::vector<MemberName>& of) {
  std::vector<MemberName> silent = of;
  std::erase_if(silent, [&](MemberName member) { return heard.contains(member); });
  return silent;
}

std::vector<MemberName> PrimariesOf(const Layout& layout, const Cards& cards, int shard) {
  std::vector<MemberName> primaries = layout.MembersOf(shard);
  std::erase_if(primaries, [&](MemberName member) {
    const auto card = cards.find(member);
    return card == cards.end() || !card->second.engine.answers || !card->second.engine.info.primary;
  });
  return primaries;
}

}  // namespace bowline
