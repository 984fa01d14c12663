#include "runtime/mounted.h"

#include "base/digest.h"
#include "base/parse.h"
#include "sys/files.h"

namespace bowline {
namespace {

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

constexpr int kExchange = 5;  // looks at files of which somebody writes one after the other

constexpr std::size_t kUsersLimit = 1U << 20U;  // no Secret holds more

Result<DeclaredUsers> ReadUsersFile(const UsersSettings& users) {
  const std::filesystem::path theirs = users.secret_directory;
  const auto text = ReadFile(std::filesystem::path(users.directory) / "users.json", kUsersLimit);
  // Its Secret may be deleted and made again: that declares no user away.
  if (!text && text.error().code == Code::kNotFound && users.revision.empty()) {
    return DeclaredUsers{};
  }
  if (!text) return FailWith(text, "users");
  return ParseUsers(*text, [&](const std::string& key) { return ReadPassword(theirs / key); });
}

Result<std::vector<DeclaredUser>> ReadUserLines(const UsersSettings& users) {
  if (users.lines.empty()) return std::vector<DeclaredUser>{};
  const auto text =
      ReadFile(std::filesystem::path(users.secret_directory) / users.lines, kUsersLimit);
  if (!text) return FailWith(text, "user lines");
  auto read = ParseUserLines(*text);
  if (!read) return FailWith(read, users.lines);
  return read;
}

/// Users never keep a member from starting: those that can be read, and what is wrong with the
/// rest.
DeclaredUsers LoadUsers(const UsersSettings& users) {
  DeclaredUsers declared;
  if (users.directory.empty()) return declared;
  auto read = ReadUsersFile(users);
  if (read) declared = *std::move(read);
  if (!read) declared.problem = read.error().message;
  if (!declared.problem.empty()) declared.problem = "auth.users: " + declared.problem;
  auto lines = ReadUserLines(users);
  if (lines) declared.lines = *std::move(lines);
  const Status fit = lines ? CheckUsers(declared.All()) : std::unexpected(lines.error());
  if (!fit) {
    declared.lines.clear();
    declared.problem = "auth.userLinesKey: " + fit.error().message;
  }
  return declared;
}

/// "REVISION HASH", where HASH is of the passwords: they are mounted apart, and must be of one
/// state. Empty: the Secret is not the chart's, or half renewed.
std::string RevisionOf(const EngineSecrets& secrets, const std::filesystem::path& file) {
  const auto text = ReadPassword(file);
  if (!text) return "";
  const std::size_t blank = text->find(' ');
  const std::string hash = Sha256Hex(secrets.password + "\n" + secrets.replication_password);
  if (blank == std::string::npos || text->substr(blank + 1) != hash) return "";
  return text->substr(0, blank);
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

Result<std::shared_ptr<const TlsContext>> LoadTls(const Settings& settings,
                                                  std::shared_ptr<const TlsContext> former) {
  if (!settings.tls.Listens()) return std::shared_ptr<const TlsContext>();
  const std::filesystem::path folder = settings.tls.directory;
  if (former) {
    ASSIGN_OR_RETURN(const std::string digest, DigestOfTlsFiles(folder));
    if (digest == former->digest()) return former;
  }
  const TlsContext::Purpose purpose{.client = settings.tls.client_check != "no",
                                    .at_any_time = !former};
  auto loaded = TlsContext::Load(folder, purpose);
  for (int again = 0; again < kExchange && !loaded && loaded.error().code == Code::kUnavailable;
       ++again) {
    loaded = TlsContext::Load(folder, purpose);
  }
  if (!loaded) return FailWith(loaded, "certificate");
  return loaded;
}

Result<EngineSecrets> LoadSecrets(const Settings& settings) {
  ASSIGN_OR_RETURN(EngineSecrets secrets, LoadPasswords(settings));
  if (settings.tls.AmongMembers()) {
    ASSIGN_OR_RETURN(secrets.tls, LoadTls(settings));
  }
  return secrets;
}

Result<EngineSecrets> LoadPasswords(const Settings& settings) {
  EngineSecrets secrets;
  if (!settings.auth) {
    secrets.peer_key = Sha256Hex(
        std::format("bowline without passwords/{}/{}", settings.name_space, settings.release));
    return secrets;
  }
  const std::filesystem::path folder = settings.auth_directory;
  ASSIGN_OR_RETURN(secrets.password, ReadPassword(folder / "password"));
  const auto replication = ReadPassword(folder / "replication-password");
  // A Secret of the user's own may hold one password only: then it serves for both.
  if (!replication && replication.error().code != Code::kNotFound) {
    return FailWith(replication, "members' password");
  }
  secrets.replication_password = replication ? *replication : secrets.password;
  secrets.revision = RevisionOf(secrets, folder.string() + "-revision/revision");
  secrets.default_user = settings.default_user;
  secrets.users = LoadUsers(settings.users);
  const auto peer_key = ReadPassword(folder / "peer-key");
  // A Secret that was given has none. One that cannot be read is no reason to use another key,
  // which would make this member silent to all others.
  if (!peer_key && peer_key.error().code != Code::kNotFound) return FailWith(peer_key, "peer key");
  secrets.peer_key =
      peer_key ? *peer_key : HmacSha256Hex(secrets.replication_password, "bowline peer key");
  return secrets;
}

Result<std::string> LoadEngineDirectives(const Paths& paths) {
  auto text = ReadFile(paths.engine_directives, kConfigLimit);
  if (!text) return FailWith(text, "engine directives");
  return text;
}

std::string LoadLiveDirectives(const Paths& paths) {
  return ReadFile(paths.engine_directives.parent_path() / "live-directives", kConfigLimit)
      .value_or(std::string());
}

}  // namespace bowline
