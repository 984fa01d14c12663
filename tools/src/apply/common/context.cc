#include "apply/common/context.h"

#include <utility>

#include "base/digest.h"
#include "base/parse.h"
#include "sys/files.h"
#include "sys/log.h"
#include "sys/resolve.h"
#include "sys/stable_choice.h"

namespace bowline {

namespace {

Credentials WithoutLogin(const EngineSecrets& secrets) {
  Credentials credentials;
  credentials.tls = secrets.tls;
  credentials.own_tls = secrets.own_tls;
  return credentials;
}

/// The first account is tried first, each with the declared password and then with the former ones:
/// another member may not have the declared ones yet.
Credentials Login(const std::vector<std::string>& accounts, const EngineSecrets& secrets) {
  std::vector<Credentials::Other> logins;
  for (const std::string& account : accounts) {
    logins.push_back({.user = account, .password = secrets.password});
    for (const FormerSecrets& former : secrets.former) {
      logins.push_back({.user = account, .password = former.password});
    }
  }
  Credentials credentials = WithoutLogin(secrets);
  credentials.user = logins.front().user;
  credentials.password = logins.front().password;
  credentials.others = {logins.begin() + 1, logins.end()};
  return credentials;
}

}  // namespace

Credentials ToOwn(Credentials credentials) {
  credentials.own = true;
  if (credentials.own_tls) credentials.tls = credentials.own_tls;
  return credentials;
}

Credentials LoginOf(const EngineSecrets& secrets) {
  return ToOwn(
      Login({secrets.program_account.empty() ? "default" : secrets.program_account}, secrets));
}

Result<RespClient> ConnectToOwn(const Settings& settings, const EngineSecrets& secrets,
                                Deadline deadline) {
  return RespClient::Connect("127.0.0.1", settings.ports.client, LoginOf(secrets), deadline);
}

Credentials PeerLoginOf(const EngineSecrets& secrets, const Identity& identity) {
  return Login({ProgramAccount(identity)}, secrets);
}

Credentials SentinelLoginOf(const Settings& settings, const EngineSecrets& secrets) {
  if (!settings.sentinel.auth) return ToOwn(WithoutLogin(secrets));
  return LoginOf(secrets);
}

Credentials SentinelPeerLoginOf(const Settings& settings, const EngineSecrets& secrets,
                                const Identity& identity) {
  if (!settings.sentinel.auth) return WithoutLogin(secrets);
  // A sentinel of the version before has no account of the program.
  return Login({ProgramAccount(identity), "default"}, secrets);
}

Credentials MemberLoginOf(MemberName member, const Settings& settings, const EngineSecrets& secrets,
                          const Identity& identity) {
  return member.HoldsData() ? PeerLoginOf(secrets, identity)
                            : SentinelPeerLoginOf(settings, secrets, identity);
}

std::vector<std::string> UsersOfClients(const Settings& settings, const Identity& identity,
                                        RespClient& engine, Milliseconds timeout) {
  if (!settings.auth) return {"default"};
  const auto users = engine.Users(Deadline::In(timeout));
  return users ? ClientUsers(*users, identity) : std::vector<std::string>{"default"};
}

AddressAnswers ResolveMembers(const Settings& settings, Deadline deadline) {
  return ResolveSome(settings, settings.layout.Members(), deadline);
}

AddressAnswers ResolveSome(const Settings& settings, const std::vector<MemberName>& members,
                           Deadline deadline) {
  const std::string own = ReadPodEnv().ip;
  std::vector<std::string> hosts;
  hosts.reserve(members.size());
  for (const MemberName member : members) hosts.push_back(settings.HostOf(member));
  const std::vector<Addresses> found = ResolveAll(hosts, deadline, own);
  AddressAnswers answers;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (!found[i]) {
      answers.failures.push_back(members[i].ToString() + ": " + found[i].error().message);
      continue;
    }
    answers.book[members[i]] = {.ip = StableChoice(*found[i], own),
                                .port = settings.PortOf(members[i]),
                                .bus_port = settings.ports.bus};
  }
  return answers;
}

PeerChannel PeerChannelOf(const Settings& settings, const EngineSecrets& secrets,
                          std::string installation) {
  const std::string pod = ReadPodEnv().name;
  const auto member = settings.MemberOfPod(pod);  // a test's pod is no member
  return {.keys = KeysOf(secrets),
          .self = {.identity = {.installation = std::move(installation),
                                .name_space = settings.name_space,
                                .release = settings.release},
                   .member = member ? member->ToString() : "",
                   .pod = pod},
          .rejected = [](const std::string& why) { LogWarning(why); }};
}

Reports GatherReports(const PeerChannel& channel, const Settings& settings,
                      const AddressBook& addresses, const MemberName* except, Deadline deadline,
                      std::vector<MemberName>* unread) {
  std::vector<MemberName> members;
  for (const auto& [member, endpoint] : addresses) {
    if (except == nullptr || member != *except) members.push_back(member);
  }
  return GatherReportsOf(channel, settings, addresses, members, deadline, PeerViews::kRead, unread);
}

Reports GatherReportsOf(const PeerChannel& channel, const Settings& settings,
                        const AddressBook& addresses, const std::vector<MemberName>& members,
                        Deadline deadline, PeerViews views, std::vector<MemberName>* unread) {
  std::vector<PeerTarget> targets;
  for (const MemberName member : members) {
    const auto address = addresses.find(member);
    if (address == addresses.end()) continue;
    targets.push_back({.member = member,
                       .pod = settings.PodOf(member),
                       .ip = address->second.ip,
                       .port = settings.ports.peers});
  }
  return AskPeers(channel, targets, deadline, views, unread);
}

AddressBook AddressesFromFile(const NodesConf& conf, const Identity& identity,
                              const Layout& layout) {
  AddressBook book;
  for (const MemberName member : layout.Members()) {
    const NodeLine* line = conf.Find(identity.NodeIdOf(member));
    if (line != nullptr && !line->endpoint.ip.empty()) book[member] = line->endpoint;
  }
  return book;
}

}  // namespace bowline
