#pragma once
// Passwords are replaced while the member runs (plan/common/passwords.h,
// docs/decisions/0042-passwords.md).

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "apply/common/events.h"
#include "apply/common/live_state.h"
#include "apply/common/peers.h"
#include "plan/common/accounts.h"
#include "plan/common/passwords.h"
#include "resp/client.h"
#include "runtime/lane.h"
#include "runtime/live_settings.h"

namespace bowline {

/// Before the process is started: which passwords it is to let in, by the Secret and by what the
/// volume has kept. They are kept there again.
void SettlePasswords(LiveSettings& settings, LiveState& live);

/// Of one life of the process. Events: PasswordsChanged, PasswordsWait, PasswordsEnded,
/// UsersRefused.
class PasswordWatch {
 public:
  using Commands = std::vector<std::vector<std::string>>;
  /// The process that lets clients and members in, and logs in to others.
  struct Process {
    std::function<std::vector<Account>(const EngineSecrets&)> accounts;
    std::function<Result<RespClient>(const EngineSecrets&, Deadline)> connect;
    std::function<Commands(const EngineSecrets&)> use;  ///< what it logs in with from now on
  };
  PasswordWatch(Lane& lane, LiveSettings& settings, MemberName self, Process process,
                LiveState& live, EventSink& events, Peers& peers);
  PasswordWatch(const PasswordWatch&) = delete;
  PasswordWatch& operator=(const PasswordWatch&) = delete;

 private:
  using Clock = std::chrono::steady_clock;

  Milliseconds Look();
  /// The mounted passwords beside those in use. An error: to be tried again.
  Status Follow();
  /// Asks the others, and lets former passwords end.
  Status Rotate();
  /// Makes the process let in exactly these, in place of those in use, and reads that back.
  Status LetIn(const EngineSecrets& secrets);
  /// Tells users that nobody has declared: they are gone with the next start.
  Status LookForForeign();
  Status Use(const EngineSecrets& secrets);
  /// Those that the process lets in now.
  void Keep(const EngineSecrets& secrets);
  [[nodiscard]] RotationLook Ask(EngineSecrets& secrets);
  void TellBehind(const std::vector<MemberName>& behind);

  LiveSettings& settings_;
  MemberName self_;
  const Process process_;
  LiveState& live_;
  EventSink& events_;
  Peers& peers_;
  Clock::time_point began_ = Clock::now();
  bool settled_ = false;  ///< the others have told what a volume that was lost has not
  bool uses_ = true;      ///< the process logs in with the declared ones
  std::optional<Clock::time_point> asked_;
  std::optional<Clock::time_point> behind_since_;
  bool told_behind_ = false;
  std::optional<Clock::time_point> looked_;  ///< for foreign users
  std::string failed_;  ///< the last look; logged once
  Step step_;
};

}  // namespace bowline
