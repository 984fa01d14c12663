#pragma once
// Connections to the own engine and, as long as it leads, to the other members of its shard and to
// the sentinels, made ahead: when clients have taken every place of an engine (maxclients), a
// handover needs no new one, and with TLS no handshake.

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "apply/common/context.h"
#include "apply/common/live_state.h"
#include "runtime/lane.h"
#include "runtime/live_settings.h"

namespace bowline {

class KeptClients {
 public:
  /// Looks at the live state for who leads and where the members are. `lane`: that of the
  /// handovers, which use the connections; a look at one of them blocks it for 0.6 s at most.
  /// `period`: between two looks at all.
  KeptClients(Lane& lane, const LiveSettings& settings, Identity identity, MemberName self,
              LiveState& live, std::string self_ip = "127.0.0.1",
              Milliseconds period = Milliseconds(5000));
  KeptClients(const KeptClients&) = delete;
  KeptClients& operator=(const KeptClients&) = delete;

  /// The connection to the member, which has just answered; it is the caller's now. Empty: there is
  /// none, or it gives no answer within a moment.
  std::optional<RespClient> Take(MemberName member, Deadline deadline);
  /// The same, unasked: it may be broken.
  std::optional<RespClient> TakeUnasked(MemberName member, Deadline deadline);
  /// Gives it back, or another one to the same member.
  void Put(MemberName member, RespClient client);

 private:
  /// One connection; how long to wait for the next look.
  Milliseconds LookAtNext();
  void Look(MemberName member, const std::string& ip, int port);

  const LiveSettings& settings_;
  Identity identity_;
  MemberName self_;
  LiveState& live_;
  std::string self_ip_;
  Milliseconds period_;
  std::mutex mutex_;
  std::condition_variable looked_;
  std::map<MemberName, RespClient> clients_;
  std::optional<MemberName> looked_at_;  ///< whose connection the step has in its hands
  std::vector<MemberName> round_;        ///< still to be looked at; of the step alone
  Step step_;
};

}  // namespace bowline
