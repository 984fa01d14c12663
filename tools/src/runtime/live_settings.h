#pragma once
// By what a member works while it runs: its settings and passwords, the same for all parts of the
// process. The mounted files change under it with each `helm upgrade`.

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "plan/common/passwords.h"
#include "plan/common/settings_change.h"
#include "runtime/mounted.h"

namespace bowline {

/// What a new look at the mounted files has found; nothing when they are as before.
struct SettingsNews {
  std::vector<SettingChange> changes;
  std::string error;  ///< why the files cannot be used: what was there before holds
  [[nodiscard]] bool Empty() const { return changes.empty() && error.empty(); }
};

/// Thread-safe. Whoever needs a value asks for it when it is needed and keeps nothing of it.
class LiveSettings {
 public:
  using Pointer = std::shared_ptr<const Settings>;

  /// `started` and `secrets` as read from `paths` at the start of the process. `changed` is called
  /// with the settings in use when they have changed, and must not call back.
  LiveSettings(Settings started, EngineSecrets secrets, Paths paths,
               std::function<void(const Settings&)> changed = {});

  /// In use: those of the start, with what is live of the mounted ones (WithLive).
  [[nodiscard]] Pointer Get() const;
  Pointer operator->() const { return Get(); }
  /// What the mounted file says. Not followed by a member that runs, as far as it is not live.
  [[nodiscard]] Pointer Declared() const;
  /// In use: those that the own process lets in (apply/common/password_watch.h).
  [[nodiscard]] EngineSecrets Secrets() const;
  void UseSecrets(EngineSecrets secrets);
  /// The installation is known, and the own process has this account.
  void SetProgramAccount(std::string account);
  /// What the mounted Secret says.
  [[nodiscard]] EngineSecrets MountedSecrets() const;
  /// Are these the same, and of the state that is declared?
  [[nodiscard]] bool SecretsInUse() const;
  /// The certificate as last read and found usable; empty: TLS is off.
  [[nodiscard]] std::shared_ptr<const TlsContext> Certificate() const;
  /// The own process verifies its clients by this one's CA, and has no other yet.
  void SetOwnCertificate(std::shared_ptr<const TlsContext> certificate);
  /// What is wrong with the mounted certificate; empty: nothing.
  [[nodiscard]] std::string CertificateError() const;
  /// For the members' messages: of the mounted Secret, and those in use.
  [[nodiscard]] PeerKeys Keys() const;
  [[nodiscard]] const Paths& paths() const { return paths_; }
  /// Why the mounted settings cannot be used, by the last Refresh; empty: they can.
  [[nodiscard]] std::string Error() const;
  /// What is declared and holds only from the next start of the container on.
  [[nodiscard]] std::vector<SettingChange> Waiting() const;
  /// Counts the changes of the settings in use, from 1.
  [[nodiscard]] std::uint64_t Version() const;

  /// Reads the mounted files again. To be called once a second, and before a decision that must
  /// know what is declared. The same news is told once.
  SettingsNews Refresh();

 private:
  void RefreshSettings(SettingsNews& news);
  void RefreshSecrets(SettingsNews& news);
  void RefreshCertificate();
  /// With the certificate, where members use TLS among themselves.
  [[nodiscard]] EngineSecrets Secured(EngineSecrets secrets) const;

  const Paths paths_;
  const std::function<void(const Settings&)> changed_;
  const Settings started_;
  mutable std::mutex mutex_;
  Pointer used_;
  Pointer declared_;
  std::uint64_t version_ = 1;
  std::string text_;               ///< of the mounted settings, as last read
  std::string told_error_;         ///< the last one
  EngineSecrets secrets_;          ///< in use
  EngineSecrets mounted_;          ///< as last read
  std::string told_secret_error_;  ///< the last one
  std::shared_ptr<const TlsContext> certificate_;
  std::shared_ptr<const TlsContext> own_certificate_;  ///< that the own process has taken
  std::string certificate_error_;
  std::string told_users_;  ///< what is wrong with the users, as last told
};

}  // namespace bowline
