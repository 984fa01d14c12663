#include "plan/common/shard_view.h"

namespace bowline {
std::vector<MemberName> Silent(const Reports& heard, const std::vector<MemberName>& of) {
  std::vector<MemberName> silent = of;
  std::erase_if(silent, [&](MemberName member) { return heard.contains(member); });
  return silent;
}

std::vector<MemberName> PrimariesOf(const Layout& layout, const Reports& reports, int shard) {
  std::vector<MemberName> primaries = layout.MembersOf(shard);
  std::erase_if(primaries, [&](MemberName member) {
    const auto report = reports.find(member);
    return report == reports.end() || !report->second.engine.answers ||
           !report->second.engine.info.primary;
  });
  return primaries;
}

}  // namespace bowline
