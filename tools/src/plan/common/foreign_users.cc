#include "plan/common/foreign_users.h"

#include <algorithm>
#include <format>
#include <set>

#include "base/digest.h"
#include "base/parse.h"
#include "model/users.h"

namespace bowline {
namespace {

constexpr std::string_view kHead = "# bowline-users 1 ";
constexpr std::size_t kDigestDigits = 16;

/// Of a line "user NAME RULES"; empty: it is none.
std::string NameIn(const std::vector<std::string>& words) {
  return words.size() > 1 && words.front() == "user" ? words[1] : "";
}

bool IsFit(const std::string& name) {
  return CheckUsers({{.name = name, .hashes = {}, .rules = {}}}).has_value();
}

using Digests = std::map<std::string, std::string>;

/// Of the servers that run and keep users.
std::map<MemberName, Digests> Told(const Reports& reports) {
  std::map<MemberName, Digests> told;
  for (const auto& [member, report] : reports) {
    const bool runs = member.HoldsData() && report.phase == Phase::kRunning;
    if (runs && report.kept_users) told[member] = *report.kept_users;
  }
  return told;
}

/// Does it tell whether it keeps that user? A full list ends before the names behind it.
bool Tells(const Digests& kept, const std::string& name) {
  return kept.size() < kMostKeptTold || name <= kept.rbegin()->first;
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
      found.kept.emplace(name, line);
    } else {
      found.unfit.push_back(name);
    }
  }
  return found;
}

std::string PrintKeptUsers(const KeptUsers& kept) {
  std::string lines;
  for (const auto& [name, line] : kept) lines += line + "\n";
  return std::format("{}{}\n{}", kHead, Sha256Hex(lines), lines);
}

Result<std::vector<std::string>> ParseKeptUsers(std::string_view text) {
  const std::size_t end = text.find('\n');
  if (!text.starts_with(kHead) || end == std::string_view::npos) {
    return Fail(Code::kDataLoss, "its first line is not \"{}...\"", kHead);
  }
  const std::string_view lines = text.substr(end + 1);
  if (text.substr(kHead.size(), end - kHead.size()) != Sha256Hex(lines)) {
    return Fail(Code::kDataLoss, "its lines are not those that were written");
  }
  std::vector<std::string> users;
  for (const std::string_view line : SplitLines(lines)) users.emplace_back(line);
  return users;
}

std::vector<UserToMake> UsersToMake(const std::vector<std::string>& kept,
                                    const std::vector<std::string>& list,
                                    const std::vector<Account>& accounts) {
  std::vector<UserToMake> users;
  for (const std::string& line : kept) {
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

std::map<std::string, std::string> DigestsOf(const KeptUsers& kept, std::string_view peer_key) {
  std::map<std::string, std::string> digests;
  for (const auto& [name, line] : kept) {
    digests[name] = HmacSha256Hex(peer_key, "bowline user " + line).substr(0, kDigestDigits);
  }
  return digests;
}

std::vector<std::string> DescribeKeptUsers(const Reports& reports) {
  constexpr std::string_view kRemedy = "Make it alike on all servers, or declare it by auth.users";
  const std::map<MemberName, Digests> told = Told(reports);
  std::set<std::string> names;
  for (const auto& [member, kept] : told) {
    for (const auto& [name, digest] : kept) names.insert(name);
  }
  std::vector<std::string> warnings;
  for (const std::string& name : names) {
    std::set<std::string> digests;
    std::vector<MemberName> with;
    std::vector<MemberName> without;
    for (const auto& [member, kept] : told) {
      const auto found = kept.find(name);
      if (found != kept.end()) {
        digests.insert(found->second);
        with.push_back(member);
      } else if (Tells(kept, name)) {
        without.push_back(member);
      }
    }
    if (!without.empty()) {
      warnings.push_back(
          std::format("user {}, made by hand, is kept by {} and unknown to {}: its "
                      "clients are refused there. {}",
                      name, Join(with), Join(without), kRemedy));
    } else if (digests.size() > 1) {
      warnings.push_back(
          std::format("user {}, made by hand, has other rules or passwords on some "
                      "of {}. {}",
                      name, Join(with), kRemedy));
    }
  }
  return warnings;
}

}  // namespace bowline
