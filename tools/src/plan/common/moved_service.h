#pragma once
// Has the own member Service another address than the engine announces?

#include <optional>
#include <string>

#include "model/layout.h"

namespace bowline {

/// The own Service's address when it is another than the announced one; adds why to `reason`. Empty
/// as well when the address is not known.
std::optional<Endpoint> MovedService(const AddressBook& addresses, MemberName self,
                                     const Endpoint& announced, std::string& reason);

}  // namespace bowline
