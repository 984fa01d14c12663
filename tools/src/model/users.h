#pragma once
// Users beside `default`, as the release declares them. docs/operations/users.md

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace bowline {

struct DeclaredUser {
  std::string name;
  std::vector<std::string> hashes;  ///< SHA-256 of its passwords, in hex
  /// Rules of ACL SETUSER, without passwords, each a word; a selector's words follow each other.
  std::vector<std::string> rules;
  bool operator==(const DeclaredUser&) const = default;
};

struct DeclaredUsers {
  std::string revision;  ///< that the chart has given them; empty: none
  std::vector<DeclaredUser> users;
  /// From lines of the user's own Secret: no gate has tried them.
  std::vector<DeclaredUser> lines = {};
  std::string problem = "";  ///< why not all can be used; empty: they can
  [[nodiscard]] std::vector<DeclaredUser> All() const;
  bool operator==(const DeclaredUsers&) const = default;
};

/// The file users.json of the chart: {"revision": "...", "users": [{"name", "rules", "hashes",
/// "keys"}]}. `keys` are those of the user's own Secret; `password_of` finds the text of one, and a
/// user without that is left out (`problem`). kInvalidArgument with the user and what is wrong with
/// it.
Result<DeclaredUsers> ParseUsers(
    std::string_view json,
    const std::function<Result<std::string>(const std::string& key)>& password_of);

/// Lines as `ACL LIST` prints them and redis.conf has them: "user NAME on >PASSWORD ~* +@all".
/// Empty lines and those that begin with # count as none. kInvalidArgument with the line's number.
Result<std::vector<DeclaredUser>> ParseUserLines(std::string_view text);

/// kInvalidArgument: the name is not fit for a user, or is one of the program's own, or of
/// `default`, which auth.password is for; or one name stands twice.
Status CheckUsers(const std::vector<DeclaredUser>& users);

/// Whose password it is, in OutgoingPassword::of.
std::string PasswordOf(const DeclaredUser& user);

}  // namespace bowline
