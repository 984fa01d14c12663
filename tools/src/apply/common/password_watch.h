#pragma once
// Passwords are replaced while the member runs (plan/common/passwords.h,
// docs/decisions/0042-passwords.md).

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "apply/common/configuration.h"
#include "apply/common/events.h"
#include "apply/common/foreign_users.h"
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
/// UsersChanged, UsersRefused.
class PasswordWatch {
 public:
  using Commands = std::vector<std::vector<std::string>>;
  /// The process that lets clients and members in, and logs in to others.
  struct Process {
    std::function<std::vector<Account>(const EngineSecrets&)> accounts;
    std::function<Result<RespClient>(const EngineSecrets&, Deadline)> connect;
    std::function<Commands(const EngineSecrets&)> use;  ///< what it logs in with from now on
  };
  /// What this member has, and whom it tells.
  struct Member {
    LiveSettings& settings;
    MemberName self;
    LiveState& live;
    Configuration& configuration;
    EventSink& events;
    Peers& peers;
  };
  PasswordWatch(Lane& lane, Member member, Process process);
  PasswordWatch(const PasswordWatch&) = delete;
  PasswordWatch& operator=(const PasswordWatch&) = delete;

 private:
  using Clock = std::chrono::steady_clock;

  Milliseconds Look();
  /// What is mounted beside what is in use. An error: to be tried again.
  Status Follow();
  /// Asks the others, lets the process use the new ones, and lets former passwords end.
  Status Rotate();
  /// Gives the process exactly these accounts in place of those in use, and reads that back. A user
  /// that the process refuses keeps what it had, and is told.
  Status LetIn(const EngineSecrets& secrets);
  Status Use(EngineSecrets& secrets);
  /// Users that nobody has declared (apply/common/foreign_users.h).
  Status LookForForeign();
  /// Those that the process lets in now.
  void Keep(const EngineSecrets& secrets);
  RotationLook Ask(EngineSecrets& secrets);
  void TellRefused(const std::string& refused);
  void TellUsers(const EngineSecrets& secrets);
  void TellBehind(const std::vector<MemberName>& behind);

  const Member member_;
  const Process process_;
  ForeignUsersWatch foreign_{member_.settings, member_.live, member_.events};
  Clock::time_point began_ = Clock::now();
  std::map<MemberName, Clock::time_point> heard_;
  std::vector<MemberName> waits_;  ///< heard without the declared passwords
  bool settled_ = false;           ///< the others have told what a lost volume has not
  std::optional<Clock::time_point> let_in_;
  std::string refused_;  ///< by the process: users
  std::optional<Clock::time_point> asked_;
  std::optional<Clock::time_point> tried_;   ///< to use the new ones
  std::optional<Clock::time_point> looked_;  ///< for foreign users
  std::optional<Clock::time_point> behind_since_;
  bool told_behind_ = false;
  std::string failed_;  ///< the last look; logged once
  Step step_;
};

}  // namespace bowline
