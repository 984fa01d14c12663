#pragma once
// Users that somebody has made by hand (ACL SETUSER) and nobody has declared: told, or kept with
// auth.keepForeignUsers (docs/decisions/0043-users.md). Pure.

#include <string>
#include <string_view>
#include <vector>

#include "plan/common/accounts.h"

namespace bowline {

struct ForeignUsers {
  std::vector<std::string> names;  ///< all of them
  std::string kept;                ///< lines of those that can be kept, for the volume
  std::vector<std::string> unfit;  ///< names of the others: `default`, or like the program's own
};
/// `list`: what ACL LIST answers. Its lines have hashes of passwords, never these. Users of
/// `accounts` are not foreign.
ForeignUsers FindForeign(const std::vector<std::string>& list,
                         const std::vector<Account>& accounts);

struct UserToMake {
  std::string name;
  std::vector<std::string> command;  ///< ACL SETUSER
};
/// Those of `kept` (ForeignUsers::kept) that the process does not have (`list`) and that nobody has
/// declared since. Lines that are none, or of names that are not kept, are left out.
std::vector<UserToMake> UsersToMake(std::string_view kept, const std::vector<std::string>& list,
                                    const std::vector<Account>& accounts);

}  // namespace bowline
