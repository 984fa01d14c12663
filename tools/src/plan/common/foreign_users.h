#pragma once
// Users that somebody has made by hand (ACL SETUSER) and nobody has declared: told, or kept with
// auth.keepForeignUsers (docs/decisions/0043-users.md). Pure.

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "plan/common/accounts.h"
#include "plan/common/shard_view.h"

namespace bowline {

/// By name: the user's line, as ACL LIST prints it. It has hashes of passwords, never these.
using KeptUsers = std::map<std::string, std::string>;

struct ForeignUsers {
  std::vector<std::string> names;  ///< all of them
  KeptUsers kept;                  ///< those that can be kept
  std::vector<std::string> unfit;  ///< names of the others: like the program's own accounts
};
/// `list`: what ACL LIST answers. Users of `accounts` are not foreign.
ForeignUsers FindForeign(const std::vector<std::string>& list,
                         const std::vector<Account>& accounts);

/// The file on the volume: a line with the digest of what follows it, then a line for each user.
std::string PrintKeptUsers(const KeptUsers& kept);
/// The lines of the users. kDataLoss: it is not what PrintKeptUsers has made. A line that is cut
/// off could allow what the whole one denies ("+@all -@dangerous"), so none of it is used then.
Result<std::vector<std::string>> ParseKeptUsers(std::string_view text);

struct UserToMake {
  std::string name;
  std::vector<std::string> command;  ///< ACL SETUSER
};
/// Those of `kept` that the process does not have (`list`) and that nobody has declared since.
/// Lines that are none, or of names that are not kept, are left out.
std::vector<UserToMake> UsersToMake(const std::vector<std::string>& kept,
                                    const std::vector<std::string>& list,
                                    const std::vector<Account>& accounts);

/// A report tells no more kept users than these, the first ones by name.
inline constexpr std::size_t kMostKeptTold = 20;
/// For reports (Report::kept_users): tells whether two members keep the same, and nothing else of
/// it. 16 hex digits for each.
std::map<std::string, std::string> DigestsOf(const KeptUsers& kept, std::string_view peer_key);
/// Warnings: servers that run and keep users do not have the same ones, so that after a change of
/// the lead a client may be refused, or allowed something else.
std::vector<std::string> DescribeKeptUsers(const Reports& reports);

}  // namespace bowline
