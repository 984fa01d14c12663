#pragma once
// bowline.json: what the chart tells every member. One ConfigMap serves all members of a release,
// also while an upgrade has replaced only some of them: a member that restarts then reads what
// another version has rendered (docs/decisions/0034-two-versions-side-by-side.md).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/timing.h"
#include "model/layout.h"

namespace bowline {

enum class EngineKind { kRedis, kValkey };

struct Ports {
  int client = 6379;
  int bus = 16379;       ///< cluster mode
  int http = 8379;       ///< probes
  int peers = 8380;      ///< what members tell each other
  int sentinel = 26379;  ///< sentinel mode
};

/// Sentinel mode; the numbers of servers and sentinels are the layout's.
struct SentinelSettings {
  int quorum = 2;  ///< sentinels that must agree that the primary is down
  std::string master_name = "mymaster";
  int down_after_milliseconds = kUsualDownAfter.count();
  int failover_timeout_milliseconds = 60'000;
  int parallel_syncs = 1;
  bool auth = true;  ///< the sentinels ask for the clients' password
  /// Whose dataset to take when two histories have diverged; empty: nobody's, stop and ask.
  std::optional<MemberName> recover_from;
};

/// Where users beside `default` are declared.
struct UsersSettings {
  std::string directory;         ///< of users.json; empty: a chart without users
  std::string revision;          ///< that the chart has given them; empty: there are none
  std::string secret_directory;  ///< of the user's own Secret
  std::string lines;             ///< name of a file of user lines there; empty: none
};

enum class TlsMode {
  kOff,
  kOffer,    ///< listeners with TLS beside those without; members go on without
  kPrefer,   ///< the same listeners; members use TLS among themselves
  kRequire,  ///< listeners with TLS alone
};

/// TLS of servers and sentinels. Ports::client and Ports::sentinel are those by which members reach
/// each other: with TLS in the modes kPrefer and kRequire.
struct TlsSettings {
  TlsMode mode = TlsMode::kOff;
  std::string directory;        ///< of tls.crt, tls.key and ca.crt
  std::string client_check;     ///< the engines' tls-auth-clients: "no", "optional" or "yes"
  int other_client_port = 0;    ///< of the other listener of a server; 0: there is none
  int other_sentinel_port = 0;  ///< the same of a sentinel
  [[nodiscard]] bool Listens() const { return mode != TlsMode::kOff; }
  [[nodiscard]] bool AmongMembers() const {
    return mode == TlsMode::kPrefer || mode == TlsMode::kRequire;
  }
};

struct Settings {
  std::string release;
  std::string name_space;         ///< of all objects
  std::string release_namespace;  ///< in which Helm keeps the release: usually the same
  std::string fullname;           ///< prefix of all objects' names
  EngineKind engine = EngineKind::kRedis;
  std::string cluster_domain = "cluster.local";
  Ports ports;
  TlsSettings tls;
  Layout layout;
  int node_timeout_milliseconds = kUsualNodeTimeout.count();  ///< cluster mode
  SentinelSettings sentinel;
  bool auth = true;
  std::string auth_directory = "/etc/bowline-secret";
  std::string auth_revision;  ///< that the chart has given the Secret; empty: it is not the chart's
  bool default_user = true;   ///< clients may log in as `default`
  UsersSettings users;
  int keep_old_password_seconds = 3600;  ///< after all members have the new one
  bool keep_foreign_users = false;       ///< those that somebody has made by hand outlive a start
  bool persistence = true;
  std::string record;  ///< name of the installation record's ConfigMap; empty: no API rights
  bool events = true;
  bool fencing = true;  ///< a primary that is cut off pauses its writes
  /// After how many seconds without a primary the newest dataset that is left leads although it
  /// misses writes; -1: never.
  int stale_after_seconds = 30;
  bool role_label = false;            ///< the members keep the label bowline/role on their pods
  bool protect_last_copy = false;     ///< and bowline/last-copy: no eviction of a last copy
  int max_replica_lag_seconds = 0;    ///< a silent primary makes its replica unready; 0: never
  int max_unreplicated_seconds = 0;   ///< writes wait that no replica takes for so long; 0: never
  int readiness_timeout_seconds = 1;  ///< how long the kubelet waits for the probe's answer
  int engine_stuck_seconds = 30;      ///< an engine without any reply is ended; 0: never
  int max_memory_percent = 0;         ///< of the container's memory limit; 0: no maxmemory by it
  int grace_seconds = 60;
  std::vector<MemberName> start_without;  ///< whom no start waits for; may name who is no member
  std::string log_format = "json";
  std::string log_level = "info";
  std::string revision;  ///< of all that the ConfigMap says; empty: a chart that tells none
  std::vector<std::string> unknown;  ///< paths of what was left out, since nobody here knows it

  /// "F-shard-0-1": name of the pod and of its member Service.
  [[nodiscard]] std::string PodOf(MemberName member) const;
  /// "F-shard-0-1.NS.svc.cluster.local."
  [[nodiscard]] std::string HostOf(MemberName member) const;
  /// The member that a pod's name stands for; kInvalidArgument for a pod of another release.
  [[nodiscard]] Result<MemberName> MemberOfPod(std::string_view pod) const;
  /// The port on which a member answers its clients.
  [[nodiscard]] int PortOf(MemberName member) const;
  /// "redis" or "valkey".
  [[nodiscard]] std::string EngineName() const;
  /// "redis-cli -p PORT", with TLS where the port has it; for a container of this member.
  [[nodiscard]] std::string CliOf(MemberName member) const;
  /// "cluster", "sentinel", "standalone".
  [[nodiscard]] std::string ModeName() const;
  /// "redis-server" or "valkey-server".
  [[nodiscard]] std::string EngineProgram() const;
};

/// kInvalidArgument with the path of the first value that is missing, of another type or out of
/// range. What is not known is no error, see CheckAllKnown.
Result<Settings> ParseSettings(std::string_view json);

/// kInvalidArgument with the paths of what this program does not know: chart and program of one
/// version must know the same.
Status CheckAllKnown(const Settings& settings);

}  // namespace bowline
