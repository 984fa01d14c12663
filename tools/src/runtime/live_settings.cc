#include "runtime/live_settings.h"

#include <utility>

#include "sys/files.h"
#include "sys/log.h"

namespace bowline {
LiveSettings::LiveSettings(Settings started, EngineSecrets secrets, Paths paths,
                           std::function<void(const Settings&)> changed)
    : paths_(std::move(paths)),
      secrets_(std::move(secrets)),
      changed_(std::move(changed)),
      started_(std::move(started)),
      used_(std::make_shared<const Settings>(started_)),
      declared_(used_),
      mounted_(secrets_) {
  if (started_.auth && secrets_.replication_password == secrets_.password) {
    LogWarning("replicas log in with the clients' password");
  }
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

bool LiveSettings::Applied() const {
  const std::scoped_lock lock(mutex_);
  return told_error_.empty() && mounted_ == secrets_ && Difference(*used_, *declared_).empty();
}

SettingsNews LiveSettings::Refresh() {
  SettingsNews news;
  const std::scoped_lock lock(mutex_);
  RefreshSettings(news);
  RefreshPasswords(news);
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
  if (news.changes.empty()) return;
  declared_ = std::make_shared<const Settings>(*std::move(settings));
  const Pointer used = std::make_shared<const Settings>(WithLive(started_, *declared_));
  if (Difference(*used_, *used).empty()) return;
  used_ = used;
  ++version_;
  if (changed_) changed_(*used_);
}

void LiveSettings::RefreshPasswords(SettingsNews& news) {
  auto secrets = LoadSecrets(started_);
  if (!secrets || *secrets == mounted_) return;
  mounted_ = *std::move(secrets);
  news.passwords = mounted_ != secrets_;
}

}  // namespace bowline
