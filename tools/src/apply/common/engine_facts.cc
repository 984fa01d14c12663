#include "apply/common/engine_facts.h"

#include <set>
#include <string>

#include "plan/common/accounts.h"
#include "resp/fields.h"

namespace bowline {
namespace {

using Names = std::set<std::string, std::less<>>;

/// Of all users that the release has, as far as its members tell.
Names KnownUsers(const Identity& identity, const EngineSecrets& secrets, const Reports& reports) {
  Names known{SentinelAccount(identity).name};
  for (const Account& account : ServerAccounts(identity, secrets)) known.insert(account.name);
  for (const auto& [member, report] : reports) {
    known.insert(report.foreign_users.begin(), report.foreign_users.end());
    if (!report.kept_users) continue;
    for (const auto& [name, digest] : *report.kept_users) known.insert(name);
  }
  return known;
}

/// [[name, value, ...], ...] with numbers as text.
std::vector<AclDenial> ToAclLog(const Reply& reply, const Names& known) {
  std::vector<SentinelFields> entries;
  for (Reply entry : reply.items) {
    for (Reply& item : entry.items) {
      if (item.type == Reply::Type::kInteger) item.text = std::to_string(item.integer);
    }
    entries.push_back(ToFields(entry));
  }
  return ReadAclLog(entries, known);
}

}  // namespace

EngineFactsBook AskEngines(const Settings& settings, const EngineSecrets& secrets,
                           const Observation& seen, bool refused, Deadline deadline) {
  const auto identity = IdentityOf(settings, seen.reports);
  if (!identity) return {};
  std::vector<MemberName> asked;
  std::vector<RespClient::Errand> errands;
  const auto ask = [&](MemberName member, const Endpoint& address, std::vector<std::string> words) {
    asked.push_back(member);
    errands.push_back({.ip = address.ip,
                       .port = address.port,
                       .credentials = member.HoldsData()
                                          ? PeerLoginOf(secrets, *identity)
                                          : SentinelPeerLoginOf(settings, secrets, *identity),
                       .words = std::move(words)});
  };
  for (const auto& [member, report] : seen.reports) {
    const auto address = seen.addresses.find(member);
    if (!report.engine.answers || address == seen.addresses.end()) continue;
    ask(member, address->second, {"INFO", "server", "clients", "memory", "persistence"});
    if (!refused || !member.HoldsData()) continue;
    ask(member, address->second, {"ACL", "LOG", std::to_string(kAclLogEntries)});
  }
  const auto answers = RespClient::AskAll(std::move(errands), deadline);
  const Names known = KnownUsers(*identity, secrets, seen.reports);
  EngineFactsBook book;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i]) continue;
    const Reply& reply = answers[i]->reply;
    if (reply.type == Reply::Type::kArray) {
      book[asked[i]].acl_log = ToAclLog(reply, known);
    } else {
      book.insert_or_assign(asked[i], ReadEngineFacts(reply.text));
    }
  }
  return book;
}

}  // namespace bowline
