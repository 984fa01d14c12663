#pragma once
// bowline-addresses.json on the data volume: the members' last known addresses.

#include <string>
#include <string_view>

#include "base/error.h"
#include "model/layout.h"

namespace bowline {

/// Whose address is whose: addresses change when Services are made anew.
std::string PrintAddresses(const AddressBook& addresses);
/// Addresses alone, without ports. kInvalidArgument for anything else than PrintAddresses wrote.
Result<AddressBook> ParseAddresses(std::string_view text);

}  // namespace bowline
