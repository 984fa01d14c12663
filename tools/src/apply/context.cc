#include "apply/context.h"

#include <mutex>

#include "base/parse.h"
#include "plan/sentinel_conf.h"
#include "sys/files.h"
#include "sys/log.h"
#include "sys/parallel.h"
#include "sys/resolve.h"
#include "web/http.h"

namespace bowline {
namespace {

// Peers are asked side by side: a dead node costs one deadline, not one per member.
constexpr std::size_t kWidth = 32;
// A ConfigMap holds no more.
constexpr std::size_t kConfigLimit = 1U << 20U;

Result<std::string> ReadPassword(const std::filesystem::path& file) {
  const auto text = ReadFile(file, 64U << 10U);
  if (!text) return FailWith(text, "password");
  std::string password(Trim(*text));
  if (password.empty()) {
    return Fail(Code::kFailedPrecondition, "{} is empty: put the password into the Secret's key {}",
                file.string(), file.filename().string());
  }
  return password;
}

}  // namespace

Result<Settings> LoadSettings(const std::filesystem::path& config) {
  const auto text = ReadFile(config, kConfigLimit);
  if (!text) {
    return Fail(Code::kInvalidArgument, "settings: {}: mount the chart's ConfigMap or use --config",
                text.error().message);
  }
  auto settings = ParseSettings(*text);
  if (!settings) {
    return Fail(Code::kInvalidArgument, "{}: {}", config.string(), settings.error().message);
  }
  return settings;
}

Result<EngineSecrets> LoadSecrets(const Settings& settings) {
  EngineSecrets secrets;
  if (!settings.auth) return secrets;
  const std::filesystem::path folder = settings.auth_directory;
  ASSIGN_OR_RETURN(secrets.password, ReadPassword(folder / "password"));
  const auto replication = ReadPassword(folder / "replication-password");
  // A Secret of the user's own may hold one password only: then it serves for both.
  if (!replication) {
    LogWarning("replicas log in with the clients' password",
               {{"err", replication.error().message}});
  }
  secrets.replication_password = replication ? *replication : secrets.password;
  return secrets;
}

Result<std::string> LoadEngineDirectives(const Paths& paths) {
  auto text = ReadFile(paths.engine_directives, kConfigLimit);
  if (!text) return FailWith(text, "engine directives");
  return text;
}

Result<std::string> LoadSentinelDirectives(const Paths& paths) {
  auto text = ReadFile(paths.sentinel_directives, kConfigLimit);
  if (!text) return FailWith(text, "sentinel directives");
  return text;
}

Status CheckAllDirectives(const Settings& settings, const Paths& paths) {
  const Mode mode = settings.layout.mode;
  ASSIGN_OR_RETURN(const std::string engine, LoadEngineDirectives(paths));
  RETURN_IF_ERROR(CheckEngineDirectives(mode, engine));
  if (mode != Mode::kSentinel) return {};
  ASSIGN_OR_RETURN(const std::string sentinel, LoadSentinelDirectives(paths));
  return CheckSentinelDirectives(sentinel);
}

Credentials LoginOf(const EngineSecrets& secrets) {
  return {.user = "default", .password = secrets.password};
}

Credentials PeerLoginOf(const EngineSecrets& secrets, const Identity& identity) {
  return {.user = AccountOf("bowline", identity), .password = secrets.password};
}

Credentials SentinelLoginOf(const Settings& settings, const EngineSecrets& secrets) {
  if (!settings.sentinel.auth) return {};
  return LoginOf(secrets);
}

AddressAnswers ResolveMembers(const Settings& settings, Deadline deadline) {
  const std::vector<MemberName> members = settings.layout.Members();
  AddressAnswers answers;
  std::mutex mutex;
  Parallel(members.size(), kWidth, [&](std::size_t i) {
    const auto found = Resolve(settings.HostOf(members[i]), deadline);
    const std::scoped_lock lock(mutex);
    if (!found) {
      answers.failures.push_back(members[i].ToString() + ": " + found.error().message);
      return;
    }
    answers.book[members[i]] = {
        .ip = found->front(), .port = settings.PortOf(members[i]), .bus_port = settings.ports.bus};
  });
  return answers;
}

Cards GatherCards(const Settings& settings, const AddressBook& addresses, const MemberName* except,
                  Deadline deadline) {
  std::vector<MemberName> members;
  for (const auto& [member, endpoint] : addresses) {
    if (except == nullptr || member != *except) members.push_back(member);
  }
  return GatherCardsOf(settings, addresses, members, deadline);
}

Cards GatherCardsOf(const Settings& settings, const AddressBook& addresses,
                    const std::vector<MemberName>& members, Deadline deadline) {
  Cards cards;
  std::mutex mutex;
  Parallel(members.size(), kWidth, [&](std::size_t i) {
    const auto address = addresses.find(members[i]);
    if (address == addresses.end()) return;
    const auto body = HttpGet(address->second.ip, settings.ports.http, "/card", deadline);
    if (!body) return;
    auto card = ParseCard(*body);
    // An address may belong to somebody else by now: only the member that we asked for counts.
    if (!card || card->member != members[i]) return;
    const std::scoped_lock lock(mutex);
    cards[members[i]] = *std::move(card);
  });
  return cards;
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
