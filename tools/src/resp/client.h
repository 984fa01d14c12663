#pragma once
// One connection to one engine. Every call has a deadline; hiredis stays behind this header.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/client_list.h"
#include "model/endpoint.h"
#include "model/info.h"
#include "model/nodes_conf.h"
#include "model/sentinel_info.h"
#include "model/write_refusal.h"
#include "resp/reply.h"
#include "sys/deadline.h"

namespace bowline {

class TlsContext;

/// How to log in; an empty password means no AUTH.
struct Credentials {
  std::string user = "default";
  std::string password;
  struct Other {
    std::string user;
    std::string password;
  };
  std::vector<Other> others = {};  ///< tried one after the other when that one is refused
  std::shared_ptr<const TlsContext> tls = nullptr;      ///< empty: without TLS
  std::shared_ptr<const TlsContext> own_tls = nullptr;  ///< as EngineSecrets::own_tls
  /// The process of this pod: its certificate is not verified, so that one that has ended, or is of
  /// a CA that is no more, can be replaced.
  bool own = false;
};

/// How CLUSTER FAILOVER is asked for.
enum class FailoverMode {
  kPlain,     ///< primary alive: it pauses writes until offsets are equal; loses nothing
  kForce,     ///< primary dead; needs the votes of a majority of primaries
  kTakeover,  ///< primary dead and no majority: only with proof that the primary does not run
};

/// How many replicas must follow a primary, or it refuses writes.
inline constexpr const char* kMinReplicasToWrite = "min-replicas-to-write";

/// The reply of SENTINEL MASTER. Errors as SentinelMaster's.
Result<SentinelSnapshot> ReadSentinelReply(const Reply& reply);

class RespClient {
 public:
  /// Connects and authenticates. kUnavailable: refused or reset; kDeadlineExceeded;
  /// kPermissionDenied: AUTH.
  static Result<RespClient> Connect(const std::string& ip, int port, const Credentials& credentials,
                                    Deadline deadline);
  /// The same by a Unix socket.
  static Result<RespClient> ConnectLocal(const std::filesystem::path& socket,
                                         const Credentials& credentials, Deadline deadline);
  RespClient(const RespClient&) = delete;
  RespClient& operator=(const RespClient&) = delete;
  RespClient(RespClient&&) noexcept;
  RespClient& operator=(RespClient&&) noexcept;
  ~RespClient();

  /// A command for one engine, and the way to it.
  struct Errand;
  struct Done;
  /// All of them at once, on the caller's thread, so that a dead engine costs one deadline and not
  /// the replies of the others; in their order. Errors are those of Connect and Ask.
  static std::vector<Result<Done>> AskAll(std::vector<Errand> errands, Deadline deadline);

  /// Sends one command. An error reply is a value (Reply::IsError); a Result error means the
  /// connection is broken: every later call fails too, as a late reply would answer it.
  Result<Reply> Command(const std::vector<std::string>& words, Deadline deadline);

  /// Sends these commands, at least one, at once and reads their replies, in their order; errors as
  /// Command's. One round trip for all of them.
  Result<std::vector<Reply>> Pipeline(const std::vector<std::vector<std::string>>& commands,
                                      Deadline deadline);

  /// As Command, but an error reply becomes an error too: LOADING, BUSY, MASTERDOWN, CLUSTERDOWN,
  /// TRYAGAIN -> kUnavailable; NOAUTH, WRONGPASS, NOPERM -> kPermissionDenied; others
  /// kFailedPrecondition.
  Result<Reply> Ask(const std::vector<std::string>& words, Deadline deadline);

  /// INFO everything that EngineInfo needs. Answered while loading, too.
  Result<EngineInfo> Info(Deadline deadline);
  Result<ClusterInfo> ReadClusterInfo(Deadline deadline);
  /// The raw text of CLUSTER NODES.
  Result<std::string> ClusterNodes(Deadline deadline);
  /// used_memory, in bytes. kInternal: the reply has none.
  Result<std::int64_t> UsedMemory(Deadline deadline);
  Result<std::int64_t> DbSize(Deadline deadline);
  /// +OK means "accepted", never "done": watch the role.
  Status ClusterFailover(FailoverMode mode, Deadline deadline);
  Status ClusterReplicate(const NodeId& primary, Deadline deadline);
  Status ClusterMeet(const Endpoint& endpoint, Deadline deadline);
  /// CLIENT PAUSE ... WRITE: writes wait, reads go on; ends by itself after `span`.
  Status PauseWrites(Milliseconds span, Deadline deadline);
  Status ResumeWrites(Deadline deadline);
  /// CLIENT LIST TYPE `type` ("replica", "pubsub").
  Result<std::vector<ClientLine>> ClientList(const std::string& type, Deadline deadline);
  /// Goes to the subscribers and to the replicas, in cluster mode to every node over the bus.
  Status Publish(const std::string& channel, const std::string& message, Deadline deadline);
  /// REPLICAOF NO ONE: a primary from now on, with all that it has.
  Status ReplicaOfNobody(Deadline deadline);
  Status ReplicaOf(const Endpoint& primary, Deadline deadline);
  /// CONFIG SET replica-announce-ip. A replica tells it to its primary only at the begin of a link
  /// (replication.c, syncWithMaster): one that is up is closed, and goes on with a partial copy.
  Status AnnounceReplica(const std::string& ip, Deadline deadline);
  /// The same, and in that instant the connections of these users are closed, those of subscribers
  /// too, ours excepted: these clients look for the primary, and none of them is refused. Sentinels
  /// and replicas log in as other users and keep theirs.
  Status StepBack(const Endpoint& primary, const std::vector<std::string>& users,
                  Deadline deadline);
  /// Closes the connections of these users that subscribe: on a replica they would never again hear
  /// what only a primary emits.
  Status EndSubscribers(const std::vector<std::string>& users, Deadline deadline);
  /// The names of all users.
  Result<std::vector<std::string>> Users(Deadline deadline);
  /// Closes the connections that wait in a command (BLPOP, XREAD, WAIT): an engine that becomes a
  /// replica ends them with an error that many clients do not expect.
  Status EndBlocked(Deadline deadline);

  /// To a sentinel. kFailedPrecondition when it does not know that primary, kInvalidArgument when
  /// its reply lacks a field. Of the primary: address, flags, role and epoch alone.
  Result<SentinelSnapshot> SentinelMaster(const std::string& name, Deadline deadline);
  Result<std::vector<SentinelPeer>> SentinelReplicas(const std::string& name, Deadline deadline);
  Result<std::vector<SentinelPeer>> SentinelSentinels(const std::string& name, Deadline deadline);
  /// +OK means "begun". kAborted: one is on its way already (INPROG); kUnavailable: no replica is
  /// fit in this sentinel's view (NOGOODSLAVE), which may be a second old.
  Status SentinelFailover(const std::string& name, Deadline deadline);
  /// Its state to its file, through to the disk. An error when that fails, or does not end in time.
  Status SentinelFlushConfig(Deadline deadline);
  /// How often it asks its servers for INFO, tells its view to the others, and pings (or connects
  /// anew); not kept over a restart.
  Status SentinelPeriods(Milliseconds info, Milliseconds publish, Milliseconds ping,
                         Deadline deadline);

  /// Of these names those that the engine knows. Several at once need redis 7.0.
  Result<ConfigFields> ConfigGet(const std::vector<std::string>& names, Deadline deadline);
  Status ConfigSet(const std::string& name, const std::string& value, Deadline deadline);
  /// All of them or, with an error, none. Several at once need redis 7.0.
  Status ConfigSet(const std::vector<std::pair<std::string, std::string>>& values,
                   Deadline deadline);

 private:
  friend class RespErrand;
  struct Impl;
  explicit RespClient(std::unique_ptr<Impl> impl);
  /// `impl` has tried to connect.
  static Result<RespClient> LogIn(std::unique_ptr<Impl> impl, const Credentials& credentials,
                                  Deadline deadline);
  std::unique_ptr<Impl> impl_;
};

struct RespClient::Errand {
  std::string ip;
  int port = 0;
  Credentials credentials;
  std::vector<std::string> words;
  std::optional<RespClient> client = std::nullopt;  ///< a connection that is there already
};

struct RespClient::Done {
  RespClient client;  ///< for more commands
  Reply reply;
};

}  // namespace bowline
