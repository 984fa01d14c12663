#include "runtime/live_settings.h"

#include <utility>

#include "sys/files.h"
#include "sys/log.h"

namespace bowline {
LiveSettings::LiveSettings(Settings started, EngineSecrets secrets, Paths paths,
                           std::function<void(const Settings&)> changed)
    : paths_(std::move(paths)),
      changed_(std::move(changed)),
      started_(std::move(started)),
      used_(std::make_shared<const Settings>(started_)),
      declared_(used_),
      secrets_(std::move(secrets)),
      mounted_(secrets_) {
  if (started_.auth && secrets_.replication_password == secrets_.password) {
    LogWarning("replicas log in with the clients' password");
  }
  certificate_ = secrets_.tls;
  RefreshCertificate();
}

LiveSettings::Pointer LiveSettings::Get() const {
  const std::scoped_lock lock(mutex_);
  return used_;
}

LiveSettings::Pointer LiveSettings::Declared() const {
  const std::scoped_lock lock(mutex_);
  return declared_;
}

std::uint64_t LiveSettings::Version() const {
  const std::scoped_lock lock(mutex_);
  return version_;
}

std::string LiveSettings::Error() const {
  const std::scoped_lock lock(mutex_);
  return told_error_;
}

std::vector<SettingChange> LiveSettings::Waiting() const {
  const std::scoped_lock lock(mutex_);
  return Difference(*used_, *declared_);
}

EngineSecrets LiveSettings::Secrets() const {
  const std::scoped_lock lock(mutex_);
  return Secured(secrets_);
}

void LiveSettings::UseSecrets(EngineSecrets secrets) {
  const std::scoped_lock lock(mutex_);
  secrets_ = std::move(secrets);
}

void LiveSettings::SetProgramAccount(std::string account) {
  const std::scoped_lock lock(mutex_);
  secrets_.program_account = std::move(account);
}

EngineSecrets LiveSettings::MountedSecrets() const {
  const std::scoped_lock lock(mutex_);
  return Secured(mounted_);
}

std::shared_ptr<const TlsContext> LiveSettings::Certificate() const {
  const std::scoped_lock lock(mutex_);
  return certificate_;
}

void LiveSettings::SetOwnCertificate(std::shared_ptr<const TlsContext> certificate) {
  const std::scoped_lock lock(mutex_);
  own_certificate_ = std::move(certificate);
}

std::string LiveSettings::CertificateError() const {
  const std::scoped_lock lock(mutex_);
  return certificate_error_;
}

EngineSecrets LiveSettings::Secured(EngineSecrets secrets) const {
  const bool used = started_.tls.AmongMembers();
  secrets.tls = used ? certificate_ : nullptr;
  secrets.own_tls = used ? own_certificate_ : nullptr;
  return secrets;
}

void LiveSettings::RefreshCertificate() {
  auto loaded = LoadTls(started_, certificate_);
  if (!loaded && loaded.error().code == Code::kUnavailable) return;  // at the next look
  certificate_error_ = loaded ? "" : loaded.error().message;
  if (loaded) certificate_ = *std::move(loaded);
}

bool LiveSettings::SecretsInUse() const {
  const std::scoped_lock lock(mutex_);
  if (!started_.auth) return true;
  if (!told_secret_error_.empty()) return false;
  const std::string& passwords = declared_->auth_revision;
  const std::string& users = declared_->users.revision;
  return mounted_.SameAs(secrets_) && (passwords.empty() || mounted_.revision == passwords) &&
         mounted_.users.revision == users && told_users_.empty();
}

PeerKeys LiveSettings::Keys() const {
  const std::scoped_lock lock(mutex_);
  if (mounted_.SameAs(secrets_)) return KeysOf(secrets_);
  return KeysOf(Succeed(secrets_, mounted_));
}

SettingsNews LiveSettings::Refresh() {
  SettingsNews news;
  const std::scoped_lock lock(mutex_);
  RefreshSettings(news);
  RefreshSecrets(news);
  RefreshCertificate();
  return news;
}

void LiveSettings::RefreshSettings(SettingsNews& news) {
  auto text = ReadFile(paths_.config, kConfigLimit);
  if (text && *text == text_) {
    told_error_.clear();
    return;
  }
  auto settings = text ? ParseSettings(*text) : Result<Settings>(std::unexpected(text.error()));
  if (!settings) {
    const std::string error = paths_.config.string() + ": " + settings.error().message;
    if (std::exchange(told_error_, error) != error) news.error = error;
    return;
  }
  text_ = *std::move(text);
  told_error_.clear();
  news.changes = Difference(*declared_, *settings);
  declared_ = std::make_shared<const Settings>(*std::move(settings));
  const Pointer used = std::make_shared<const Settings>(WithLive(started_, *declared_));
  if (Difference(*used_, *used).empty()) return;
  used_ = used;
  ++version_;
  if (changed_) changed_(*used_);
}

void LiveSettings::RefreshSecrets(SettingsNews& news) {
  Settings settings = started_;
  settings.default_user = declared_->default_user;
  settings.users = declared_->users;
  auto secrets = LoadPasswords(settings);
  const std::string error = secrets ? "" : secrets.error().message;
  if (std::exchange(told_secret_error_, error) != error && !secrets) news.error = error;
  if (!secrets) return;
  // What is wrong with the users is told, and those from before stay.
  const std::string problem = secrets->users.problem;
  if (!problem.empty()) secrets->users = mounted_.users;
  if (std::exchange(told_users_, problem) != problem && !problem.empty()) news.error = problem;
  mounted_ = *std::move(secrets);
}

}  // namespace bowline
