#include "plan/common/moved_service.h"

#include <format>

namespace bowline {

std::optional<Endpoint> MovedService(const AddressBook& addresses, MemberName self,
                                     const Endpoint& announced, std::string& reason) {
  const auto own = addresses.find(self);
  if (own == addresses.end() || own->second.ip == announced.ip) return std::nullopt;
  reason += std::format("own Service moved from {} to {}; ", announced.ip, own->second.ip);
  return own->second;
}

}  // namespace bowline
