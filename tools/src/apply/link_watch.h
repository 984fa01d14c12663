#pragma once
// The own engine's connections to its replicas and to the voters, as the kernel sees them, for
// fencing. Finding a connection costs a question to the engine or a walk through the host's table,
// looking at it again next to nothing.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apply/context.h"
#include "plan/fence.h"
#include "sys/sock_diag.h"

namespace bowline {

class LinkWatch {
 public:
  struct Options {
    /// A proxy in the same pod (a mesh) acknowledges everything: a connection to loopback says
    /// nothing. Only tests trust it.
    bool trust_loopback = false;
  };

  LinkWatch(const Settings& settings, Credentials login, Identity identity)
      : LinkWatch(settings, std::move(login), std::move(identity), Options{}) {}
  LinkWatch(const Settings& settings, Credentials login, Identity identity, Options options);

  /// The connections of the replicas of this installation. kUnavailable: the kernel cannot tell.
  Result<std::vector<LinkLook>> Replicas();
  /// Those of these voters that have one: in sentinel mode each sentinel's subscription at the
  /// engine, in cluster mode the engine's own connection to the other primary's bus.
  std::vector<std::pair<MemberName, LinkLook>> Voters(const std::vector<MemberName>& voters,
                                                      const AddressBook& addresses);
  /// Makes the engine send a few bytes over all these connections. An error when it did not take
  /// the command.
  Status Send();
  /// Pauses the engine's writes for so long.
  Status PauseWrites(Milliseconds span);

 private:
  struct Ends {
    SocketAddress local;
    SocketAddress remote;
    bool operator==(const Ends&) const = default;
  };
  using Clock = std::chrono::steady_clock;

  /// The kept connection to the engine, made anew when it is gone.
  Result<RespClient*> Engine(Deadline deadline);
  template <typename Call>
  auto Ask(const Call& call)
      -> decltype(call(std::declval<RespClient&>(), Deadline::In(Milliseconds(0))));
  Status FindReplicas();
  void FindSentinels(const std::vector<MemberName>& voters);
  void FindBus(const std::vector<MemberName>& voters, const AddressBook& addresses);
  /// Nothing: the connection is gone.
  std::optional<LinkLook> LookAt(const Ends& ends);

  const Settings& settings_;
  Credentials login_;
  Identity identity_;
  Options options_;
  std::optional<SockDiag> diag_;
  std::optional<RespClient> client_;
  std::vector<Ends> replicas_;
  Clock::time_point replicas_found_;
  bool proxy_ = false;  ///< stands in front of the replicas, by the last search
  std::map<MemberName, Ends> voters_;
  Clock::time_point voters_found_;
};

}  // namespace bowline
