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

constexpr std::size_t kUsersLimit = 1U << 20U;  // no Secret holds more

Result<DeclaredUsers> LoadUsers(const Settings& settings) {
  DeclaredUsers declared;
  if (settings.users_directory.empty()) return declared;
  const std::filesystem::path theirs = settings.users_secret_directory;
  const auto text = ReadFile(std::filesystem::path(settings.users_directory) / "users.json",
                             kUsersLimit);
  if (!text && text.error().code != Code::kNotFound) return FailWith(text, "users");
  if (text) {
    auto users = ParseUsers(*text, [&](const std::string& key) { return ReadPassword(theirs / key); });
    if (!users) return FailWith(users, "auth.users");
    declared = *std::move(users);
  }
  if (!settings.user_lines.empty()) {
    const auto lines = ReadFile(theirs / settings.user_lines, kUsersLimit);
    if (!lines) return FailWith(lines, "user lines");
    auto users = ParseUserLines(*lines);
    if (!users) return FailWith(users, settings.user_lines);
    for (DeclaredUser& user : *users) declared.users.push_back(std::move(user));
  }
  const Status fit = CheckUsers(declared.users);
  if (!fit) return std::unexpected(fit.error());
  return declared;
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
  if (!settings.auth) {
    secrets.peer_key = Sha256Hex(
        std::format("bowline without passwords/{}/{}", settings.name_space, settings.release));
    return secrets;
  }
  const std::filesystem::path folder = settings.auth_directory;
  ASSIGN_OR_RETURN(secrets.password, ReadPassword(folder / "password"));
  const auto replication = ReadPassword(folder / "replication-password");
  // A Secret of the user's own may hold one password only: then it serves for both.
  secrets.replication_password = replication ? *replication : secrets.password;
  // The chart's own Secret says which state it is; another one does not.
  secrets.revision =
      ReadPassword(folder.string() + "-revision/revision").value_or("");
  secrets.default_user = settings.default_user;
  ASSIGN_OR_RETURN(secrets.users, LoadUsers(settings));
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
