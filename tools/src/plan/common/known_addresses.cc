#include "plan/common/known_addresses.h"

#include <utility>

namespace bowline {

bool KnownAddresses::MustAsk(std::chrono::milliseconds waited) const {
  if (Complete()) return false;
  return !saved_ || waited - asked_ >= kDnsAgain;
}

void KnownAddresses::Answered(const AddressBook& by_dns, std::chrono::milliseconds waited) {
  asked_ = waited;
  for (const auto& [member, endpoint] : by_dns) answered_[member] = book_[member] = endpoint;
}

void KnownAddresses::Saved(AddressBook saved) {
  saved_ = true;
  for (auto& [member, endpoint] : saved) book_.try_emplace(member, std::move(endpoint));
}

}  // namespace bowline
