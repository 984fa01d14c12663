#include "apply/common/engine_facts.h"

namespace bowline {

EngineFactsBook AskEngines(const Settings& settings, const EngineSecrets& secrets,
                           const Observation& seen, Deadline deadline) {
  const auto identity = IdentityOf(settings, seen.reports);
  if (!identity) return {};
  std::vector<MemberName> asked;
  std::vector<RespClient::Errand> errands;
  for (const auto& [member, report] : seen.reports) {
    const auto address = seen.addresses.find(member);
    if (!report.engine.answers || address == seen.addresses.end()) continue;
    asked.push_back(member);
    errands.push_back({.ip = address->second.ip,
                       .port = address->second.port,
                       .credentials = member.HoldsData()
                                          ? PeerLoginOf(secrets, *identity)
                                          : SentinelPeerLoginOf(settings, secrets, *identity),
                       .words = {"INFO", "server", "clients", "memory", "persistence"}});
  }
  const auto answers = RespClient::AskAll(std::move(errands), deadline);
  EngineFactsBook book;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i]) book.emplace(asked[i], ReadEngineFacts(answers[i]->reply.text));
  }
  return book;
}

}  // namespace bowline
