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
