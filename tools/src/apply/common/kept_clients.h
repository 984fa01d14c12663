#pragma once
// Connections to the own engine and, as long as it leads, to the other members of its shard, made
// ahead: when clients have taken every place of an engine (maxclients), a handover needs no new
// one.

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "apply/common/context.h"
#include "apply/common/live_state.h"
#include "runtime/live_settings.h"

namespace bowline {

class KeptClients {
 public:
  /// Looks at the live state for who leads and where the members are. `period`: between two looks
  /// at the connections.
  KeptClients(const LiveSettings& settings, Identity identity, MemberName self, LiveState& live,
              std::string self_ip = "127.0.0.1", Milliseconds period = Milliseconds(5000));
  ~KeptClients();
  KeptClients(const KeptClients&) = delete;
  KeptClients& operator=(const KeptClients&) = delete;

  /// The connection to the member, which has just answered; it is the caller's now. Empty: there is
  /// none, or it gives no answer within a moment.
  std::optional<RespClient> Take(MemberName member, Deadline deadline);
  /// Gives it back, or another one to the same member.
  void Put(MemberName member, RespClient client);

 private:
  void Run(const std::stop_token& stop);
  void Look(MemberName member, const std::string& ip, int port);
  std::optional<RespClient> Answering(std::optional<RespClient> client, Deadline deadline);

  const LiveSettings& settings_;
  Identity identity_;
  MemberName self_;
  LiveState& live_;
  std::string self_ip_;
  Milliseconds period_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::map<MemberName, RespClient> clients_;
  std::optional<MemberName> looked_at_;  ///< whose connection the own thread has in its hands
  std::jthread thread_;
};

}  // namespace bowline
