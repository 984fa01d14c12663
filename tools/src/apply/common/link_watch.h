#pragma once
// The own engine's connections to its replicas and to the voters, as the kernel sees them, for
// fencing. Finding a connection costs a question to the engine or a walk through the host's table,
// looking at it again next to nothing.

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apply/common/context.h"
#include "plan/common/fence.h"
#include "runtime/live_settings.h"
#include "sys/sock_diag.h"

namespace bowline {

class ModeDriver;

/// Both ends of a connection of the own engine.
struct LinkEnds {
  SocketAddress local;
  SocketAddress remote;
};

/// What a search for the voters' connections has at hand.
struct VoterSearch {
  const Identity& identity;
  const std::vector<MemberName>& voters;
  const AddressBook& addresses;
  SockDiag& diag;
  /// CLIENT LIST TYPE `type` of the own engine.
  std::function<Result<std::vector<ClientLine>>(const char* type)> clients;
};

/// "10.0.0.5:43210" or "[fd00::5]:43210"; nothing of anything else.
std::optional<SocketAddress> ParseSocketAddress(std::string_view text);

class LinkWatch {
 public:
  struct Options {
    /// A proxy in the same pod (a mesh) acknowledges everything: a connection to loopback says
    /// nothing. Only tests trust it.
    bool trust_loopback = false;
  };

  LinkWatch(const LiveSettings& settings, const ModeDriver& driver, Identity identity,
            Options options);

  /// The connections of the replicas of this installation. In doubt new ones are searched for even
  /// when as many are known as are declared: one of a replica whose node has lost its power stays
  /// open here, beside that of its successor. kUnavailable: the kernel cannot tell.
  Result<std::vector<LinkLook>> Replicas(bool in_doubt);
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
    LinkLook last;  ///< as it was found by the last look-up that did not fail
  };
  using Clock = std::chrono::steady_clock;

  /// `call` over the kept connection to the engine; once more over a new one, for the engine or a
  /// handover may have closed the kept one.
  template <typename Call>
  auto Ask(const Call& call)
      -> decltype(call(std::declval<RespClient&>(), Deadline::In(Milliseconds(0))));
  Status FindReplicas();
  /// Nothing: the connection is gone.
  std::optional<LinkLook> LookAt(Ends& ends);

  const LiveSettings& settings_;
  const ModeDriver& driver_;
  Identity identity_;
  Options options_;
  std::optional<SockDiag> diag_;
  bool broken_ = false;  ///< a look-up has failed: opened anew before the next ones
  std::optional<RespClient> client_;
  std::vector<Ends> replicas_;
  Clock::time_point replicas_found_;
  bool proxy_ = false;  ///< stands in front of the replicas, by the last search
  std::map<MemberName, Ends> voters_;
  Clock::time_point voters_found_;
};

}  // namespace bowline
