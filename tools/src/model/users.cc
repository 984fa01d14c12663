#include "model/users.h"

#include <algorithm>
#include <array>
#include <format>
#include <set>

#include "base/digest.h"
#include "base/json.h"
#include "base/parse.h"

namespace bowline {
namespace {

constexpr std::size_t kLongestName = 64;
// Accounts of the program are these and the id of the installation (plan/common/accounts.h).
constexpr std::array<std::string_view, 4> kOwnPrefixes{"bowline-", "replication-", "sentinel-",
                                                       "peer-"};

Status AddHash(DeclaredUser& user, const std::string& hash) {
  if (hash == Sha256Hex("")) {
    return Fail(Code::kInvalidArgument, "user {}: an empty password", user.name);
  }
  user.hashes.push_back(hash);
  return {};
}

/// Words that are whole rules; all others begin with a sign.
constexpr std::array<std::string_view, 16> kRuleWords{"on",
                                                      "off",
                                                      "nopass",
                                                      "allkeys",
                                                      "resetkeys",
                                                      "allchannels",
                                                      "resetchannels",
                                                      "allcommands",
                                                      "nocommands",
                                                      "clearselectors",
                                                      "sanitize-payload",
                                                      "skip-sanitize-payload",
                                                      "alldbs",
                                                      "resetdbs",
                                                      "(",
                                                      ")"};

/// A mistyped password must not reach an engine's error text, so a word has to look like a rule.
bool LooksLikeRule(std::string_view word) {
  if (word.find_first_of("\"'\\") != word.npos)
    return false;  // a file and a command read them apart
  while (word.starts_with('(') && word.size() > 1) word.remove_prefix(1);
  if (std::ranges::contains(kRuleWords, word) || word.starts_with("db=")) return true;
  return word.size() > 1 && std::string_view("~%&+-").contains(word.front());
}

/// A rule into `user`: a password as its hash, anything else as it is.
Status AddRule(DeclaredUser& user, const std::string& word) {
  const std::string rest = word.substr(1);
  if (word.starts_with('>')) {
    RETURN_IF_ERROR(AddHash(user, Sha256Hex(rest)));
  } else if (word.starts_with('#')) {
    if (!IsSha256Hex(rest)) {
      return Fail(Code::kInvalidArgument, "user {}: # is not followed by a SHA-256 in hex",
                  user.name);
    }
    RETURN_IF_ERROR(AddHash(user, rest));
  } else if (word.starts_with('<') || word.starts_with('!') || word == "resetpass" ||
             word == "reset") {
    return Fail(
        Code::kInvalidArgument,
        "user {}: the rule \"{}\" takes something away: leave it out, each user begins with "
        "nothing",
        user.name, word.substr(0, word.starts_with('<') ? 1 : word.size()));
  } else if (!LooksLikeRule(word)) {
    return Fail(Code::kInvalidArgument,
                "user {}: a word of it is no rule of ACL SETUSER, or has quotes", user.name);
  } else {
    user.rules.push_back(word);
  }
  return {};
}

Result<DeclaredUser> ReadUser(
    const JsonView& view,
    const std::function<Result<std::string>(const std::string& key)>& password_of,
    std::string& problem) {
  RETURN_IF_ERROR(view.OnlyKeys({"name", "rules", "hashes", "keys"}));
  DeclaredUser user;
  ASSIGN_OR_RETURN(user.name, view.GetString("name"));
  ASSIGN_OR_RETURN(const std::string rules, view.GetString("rules"));
  for (const std::string& word : Words(rules)) {
    if (word.starts_with('>') || word.starts_with('#')) {
      return Fail(Code::kInvalidArgument, "user {}: a password stands in its rules: use passwords",
                  user.name);
    }
    RETURN_IF_ERROR(AddRule(user, word));
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> hashes, ReadTexts(view, "hashes"));
  for (const std::string& hash : hashes) RETURN_IF_ERROR(AddRule(user, "#" + hash));
  ASSIGN_OR_RETURN(const std::vector<std::string> keys, ReadTexts(view, "keys"));
  for (const std::string& key : keys) {
    const auto password = password_of(key);
    if (!password) {
      problem = "user " + user.name + ": " + password.error().message;
      return user;
    }
    RETURN_IF_ERROR(AddHash(user, Sha256Hex(*password)));
  }
  return user;
}

}  // namespace

Result<DeclaredUsers> ParseUsers(
    std::string_view json,
    const std::function<Result<std::string>(const std::string& key)>& password_of) {
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(json));
  DeclaredUsers declared;
  ASSIGN_OR_RETURN(declared.revision, document.root().GetString("revision"));
  ASSIGN_OR_RETURN(const JsonView list, document.root().Get("users"));
  ASSIGN_OR_RETURN(const std::vector<JsonView> users, list.AsArray());
  for (const JsonView& view : users) {
    std::string problem;
    ASSIGN_OR_RETURN(DeclaredUser user, ReadUser(view, password_of, problem));
    if (problem.empty()) {
      declared.users.push_back(std::move(user));
    } else {
      declared.problem = std::move(problem);
    }
  }
  return declared;
}

Result<std::vector<DeclaredUser>> ParseUserLines(std::string_view text) {
  std::vector<DeclaredUser> users;
  int number = 0;
  for (const std::string_view line : SplitLines(text)) {
    ++number;
    const std::vector<std::string> words = Words(Trim(line));
    if (words.empty() || words.front().starts_with('#')) continue;
    if (words.front() != "user" || words.size() < 2) {
      return Fail(Code::kInvalidArgument, "line {} is not \"user NAME RULES\"", number);
    }
    DeclaredUser user{.name = words[1], .hashes = {}, .rules = {}};
    for (std::size_t i = 2; i < words.size(); ++i) {
      const Status added = AddRule(user, words[i]);
      if (!added) return FailWith(added, std::format("line {}", number));
    }
    users.push_back(std::move(user));
  }
  return users;
}

std::vector<DeclaredUser> DeclaredUsers::All() const {
  std::vector<DeclaredUser> all = users;
  all.insert(all.end(), lines.begin(), lines.end());
  return all;
}

Status CheckUsers(const std::vector<DeclaredUser>& users) {
  std::set<std::string> names;
  for (const DeclaredUser& user : users) {
    const bool fit = !user.name.empty() && user.name.size() <= kLongestName &&
                     std::ranges::all_of(user.name, [](char c) {
                       return c > ' ' && c < 0x7f && c != '"' && c != '\'' && c != '\\';
                     });
    if (!fit) {
      return Fail(Code::kInvalidArgument,
                  "user {}: a name has 1 to {} characters of ASCII without blanks and quotes",
                  Quoted(user.name), kLongestName);
    }
    if (user.name == "default") {
      return Fail(Code::kInvalidArgument,
                  "user default: its password is auth.password; auth.defaultUser.enabled=false "
                  "switches it off");
    }
    if (std::ranges::any_of(kOwnPrefixes,
                            [&](std::string_view own) { return user.name.starts_with(own); })) {
      return Fail(Code::kInvalidArgument,
                  "user {}: names that begin like this are those of the members' own accounts",
                  user.name);
    }
    if (!names.insert(user.name).second) {
      return Fail(Code::kInvalidArgument, "user {}: it is declared twice", user.name);
    }
  }
  return {};
}

std::string PasswordOf(const DeclaredUser& user) { return "user " + user.name; }

}  // namespace bowline
