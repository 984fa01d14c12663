#include "plan/common/foreign_users.h"

#include <algorithm>

#include "base/parse.h"
#include "model/users.h"

namespace bowline {
namespace {

/// Of a line "user NAME RULES"; empty: it is none.
std::string NameIn(const std::vector<std::string>& words) {
  return words.size() > 1 && words.front() == "user" ? words[1] : "";
}

bool IsFit(const std::string& name) {
  return CheckUsers({{.name = name, .hashes = {}, .rules = {}}}).has_value();
}

}  // namespace

ForeignUsers FindForeign(const std::vector<std::string>& list,
                         const std::vector<Account>& accounts) {
  ForeignUsers found;
  for (const std::string& line : list) {
    const std::string name = NameIn(Words(line));
    if (name.empty() || std::ranges::contains(accounts, name, &Account::name)) continue;
    found.names.push_back(name);
    if (IsFit(name)) {
      found.kept += line + "\n";
    } else {
      found.unfit.push_back(name);
    }
  }
  return found;
}

std::vector<UserToMake> UsersToMake(std::string_view kept, const std::vector<std::string>& list,
                                    const std::vector<Account>& accounts) {
  std::vector<UserToMake> users;
  for (const std::string_view line : SplitLines(kept)) {
    const std::vector<std::string> words = Words(line);
    const std::string name = NameIn(words);
    const bool there = std::ranges::any_of(
        list, [&](const std::string& present) { return NameIn(Words(present)) == name; });
    if (there || !IsFit(name) || std::ranges::contains(accounts, name, &Account::name)) continue;
    UserToMake user{.name = name, .command = {"ACL", "SETUSER", name, "reset"}};
    user.command.insert(user.command.end(), words.begin() + 2, words.end());
    users.push_back(std::move(user));
  }
  return users;
}

}  // namespace bowline
