#include "plan/common/saved_addresses.h"

#include "base/json.h"

namespace bowline {

Result<AddressBook> ParseAddresses(std::string_view text) {
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(text));
  ASSIGN_OR_RETURN(const std::vector<std::string> names, document.root().Keys());
  AddressBook book;
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(const MemberName member, MemberName::Parse(name));
    ASSIGN_OR_RETURN(book[member].ip, document.root().GetString(name));
  }
  return book;
}

std::string PrintAddresses(const AddressBook& addresses) {
  JsonWriter json(true);
  json.BeginObject();
  for (const auto& [member, endpoint] : addresses) json.Field(member.ToString(), endpoint.ip);
  json.EndObject();
  return json.Take() + "\n";
}

}  // namespace bowline
