#include "plan/common/lookups.h"

#include <algorithm>

namespace bowline {

bool Lookups::Asks(MemberName member, Time now, Time every) {
  const auto asked = asked_.find(member);
  if (asked != asked_.end() && now - asked->second < every) return false;
  asked_[member] = now;
  return true;
}

std::vector<MemberName> Lookups::Due(Time now, const std::vector<MemberName>& trouble) {
  std::vector<MemberName> due;
  const bool quiet = trouble.empty() && !unanswered_;
  if (Asks(self_, now, quiet ? kOwnLookup : kTroubleLookup)) due.push_back(self_);
  for (const MemberName member : trouble) {
    if (member != self_ && Asks(member, now, kTroubleLookup)) due.push_back(member);
  }
  return due;
}

void Lookups::Answered(const std::vector<MemberName>& due, const AddressBook& book) {
  if (std::ranges::contains(due, self_)) unanswered_ = !book.contains(self_);
}

}  // namespace bowline
