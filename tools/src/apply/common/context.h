#pragma once
// Everything a verb needs to act as (or on behalf of) a member: settings, pod, secrets, addresses,
// peers' reports.

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/settings.h"
#include "peer/channel.h"
#include "plan/common/engine_conf.h"
#include "plan/common/shard_view.h"
#include "resp/client.h"
#include "sys/deadline.h"
#include "sys/env.h"

namespace bowline {

struct Paths {
  std::filesystem::path config = "/etc/bowline/bowline.json";
  std::filesystem::path engine_directives = "/etc/bowline/engine.conf";
  std::filesystem::path sentinel_directives = "/etc/bowline/sentinel.conf";
  std::filesystem::path data = "/data";
  std::filesystem::path run = "/run/bowline";
};

/// Reads the mounted settings. kInvalidArgument naming the file when it cannot be read or
/// parsed.
Result<Settings> LoadSettings(const std::filesystem::path& config);

/// Reads the mounted Secret; empty passwords when auth is off. Without a key for the members'
/// messages in it, that key is derived: from the replicas' password, or, without passwords, from
/// the release's name, which keeps misrouted messages apart and stops nobody who wants to forge one
/// (docs/decisions/0018-peer-protocol.md). kFailedPrecondition when a password is missing.
Result<EngineSecrets> LoadSecrets(const Settings& settings);

/// The user's directives for an engine; who renders a file from them checks them. Errors as
/// ReadFile's.
Result<std::string> LoadEngineDirectives(const Paths& paths);

/// No ConfigMap holds more, in bytes.
inline constexpr std::size_t kConfigLimit = 1U << 20U;

/// How we log in to the own engine and, to prove that it takes writes, where clients do.
Credentials LoginOf(const EngineSecrets& secrets);

/// How we log in to any member's engine, and to no other installation's.
Credentials PeerLoginOf(const EngineSecrets& secrets, const Identity& identity);

/// How we log in to any sentinel.
Credentials SentinelLoginOf(const Settings& settings, const EngineSecrets& secrets);

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
/// answer is left out.
Reports GatherReports(const PeerChannel& channel, const Settings& settings,
                      const AddressBook& addresses, const MemberName* except, Deadline deadline);

/// The reports of these members alone.
Reports GatherReportsOf(const PeerChannel& channel, const Settings& settings,
                        const AddressBook& addresses, const std::vector<MemberName>& members,
                        Deadline deadline);

/// The last known addresses from a saved nodes.conf, for when DNS is down.
AddressBook AddressesFromFile(const NodesConf& conf, const Identity& identity,
                              const Layout& layout);

}  // namespace bowline
