#pragma once
// Users that somebody has made by hand at the own process: looked for, told and kept.

#include "apply/common/events.h"
#include "apply/common/live_state.h"
#include "plan/common/accounts.h"
#include "resp/client.h"
#include "runtime/live_settings.h"

namespace bowline {

/// Of one life of the process. Event: UsersRefused.
class ForeignUsersWatch {
 public:
  ForeignUsersWatch(LiveSettings& settings, LiveState& live, EventSink& events)
      : settings_(settings), live_(live), events_(events) {}

  /// With auth.keepForeignUsers: the first look makes those that the volume has kept, and each look
  /// keeps those that are there. Otherwise none is kept. Told: whom the next start loses. An error:
  /// the process does not answer.
  Status Look(RespClient& process, const std::vector<Account>& accounts, Deadline deadline);

 private:
  /// What the process refuses is dropped, and a damaged file is not used: an Event, and a copy of
  /// the file. The others are made.
  Status MakeKept(RespClient& process, const std::vector<Account>& accounts, Deadline deadline);
  /// An error: there is no copy of the file, which therefore must stay as it is.
  Status TellLost(const std::string& what);

  LiveSettings& settings_;
  LiveState& live_;
  EventSink& events_;
  bool made_ = false;
};

}  // namespace bowline
