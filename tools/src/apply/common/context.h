#pragma once
// Everything a verb needs to act as (or on behalf of) a member: settings, pod, secrets, addresses,
// peers' reports.

#include <string>
#include <vector>

#include "base/error.h"
#include "model/settings.h"
#include "peer/channel.h"
#include "plan/common/engine_conf.h"
#include "plan/common/shard_view.h"
#include "resp/client.h"
#include "runtime/mounted.h"
#include "sys/deadline.h"
#include "sys/env.h"

namespace bowline {

/// These credentials, for the process of this pod (Credentials::own).
Credentials ToOwn(Credentials credentials);

/// How we log in to the own engine: as `default` as long as the installation is not known.
Credentials LoginOf(const EngineSecrets& secrets);

/// To the own engine, logged in so. Errors as RespClient::Connect's.
Result<RespClient> ConnectToOwn(const Settings& settings, const EngineSecrets& secrets,
                                Deadline deadline);

/// How we log in to any member's engine, and to no other installation's.
Credentials PeerLoginOf(const EngineSecrets& secrets, const Identity& identity);

/// How we log in to the own sentinel.
Credentials SentinelLoginOf(const Settings& settings, const EngineSecrets& secrets);

/// How we log in to any sentinel.
Credentials SentinelPeerLoginOf(const Settings& settings, const EngineSecrets& secrets,
                                const Identity& identity);

/// How we log in to the process of any member, server or sentinel.
Credentials MemberLoginOf(MemberName member, const Settings& settings, const EngineSecrets& secrets,
                          const Identity& identity);

/// With which clients log in at the own engine, as it says itself; `default`, when it does not say
/// it within `timeout` or nobody is asked for a password.
std::vector<std::string> UsersOfClients(const Settings& settings, const Identity& identity,
                                        RespClient& engine, Milliseconds timeout);

/// Member Services' addresses by DNS, all asked at once.
struct AddressAnswers {
  AddressBook book;
  std::vector<std::string> failures;  ///< "shard-0-1: resolving ...: ..."
};
AddressAnswers ResolveMembers(const Settings& settings, Deadline deadline);
/// The same of these members alone.
AddressAnswers ResolveSome(const Settings& settings, const std::vector<MemberName>& members,
                           Deadline deadline);

/// How this process speaks to members: as the pod that it runs in. `installation` may be empty.
PeerChannel PeerChannelOf(const Settings& settings, const EngineSecrets& secrets,
                          std::string installation);

/// The reports of all members in the book but `except`, asked at once; a member that does not
/// answer is left out. `unread`: as AskPeers has it.
Reports GatherReports(const PeerChannel& channel, const Settings& settings,
                      const AddressBook& addresses, const MemberName* except, Deadline deadline,
                      std::vector<MemberName>* unread = nullptr);

/// The reports of these members alone.
Reports GatherReportsOf(const PeerChannel& channel, const Settings& settings,
                        const AddressBook& addresses, const std::vector<MemberName>& members,
                        Deadline deadline, PeerViews views = PeerViews::kRead,
                        std::vector<MemberName>* unread = nullptr);

/// The last known addresses from a saved nodes.conf, for when DNS is down.
AddressBook AddressesFromFile(const NodesConf& conf, const Identity& identity,
                              const Layout& layout);

}  // namespace bowline
