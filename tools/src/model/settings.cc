#include "model/settings.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/json.h"
#include "base/parse.h"

namespace bowline {
namespace {

Result<int> GetBounded(const JsonView& object, std::string_view key, int low, int high) {
  ASSIGN_OR_RETURN(const std::int64_t value, object.GetInt(key));
  if (value < low || value > high) {
    return Fail(Code::kInvalidArgument, "{}.{} is {}: use {} to {}", object.path(), key, value, low,
                high);
  }
  return static_cast<int>(value);
}

Result<std::string> GetOneOf(const JsonView& object, std::string_view key,
                             std::initializer_list<std::string_view> known) {
  ASSIGN_OR_RETURN(std::string value, object.GetString(key));
  std::string list;
  for (const std::string_view name : known) {
    if (name == value) return value;
    list += (list.empty() ? "" : ", ") + std::string(name);
  }
  return Fail(Code::kInvalidArgument, "{}.{} is {}: use one of {}", object.path(), key,
              Quoted(value), list);
}

/// Members that are not in `known` are noted: the ConfigMap may be a later version's.
Status NoteOthers(const JsonView& object, std::initializer_list<std::string_view> known,
                  Settings& settings) {
  ASSIGN_OR_RETURN(const std::vector<std::string> others, object.OtherKeys(known));
  settings.unknown.insert(settings.unknown.end(), others.begin(), others.end());
  return {};
}

Status ParsePorts(const JsonView& object, Settings& settings) {
  const Mode mode = settings.layout.mode;
  Ports& ports = settings.ports;
  std::vector<std::pair<std::string_view, int*>> all{
      {"client", &ports.client}, {"http", &ports.http}, {"peers", &ports.peers}};
  if (mode == Mode::kCluster) all.emplace_back("bus", &ports.bus);
  if (mode == Mode::kSentinel) all.emplace_back("sentinel", &ports.sentinel);
  RETURN_IF_ERROR(NoteOthers(object, {"client", "http", "peers", all.back().first}, settings));
  std::map<int, std::string_view> taken;
  for (const auto& [name, port] : all) {
    ASSIGN_OR_RETURN(*port, GetBounded(object, name, 1, 65535));
    const auto [other, fresh] = taken.try_emplace(*port, name);
    if (fresh) continue;
    return Fail(Code::kInvalidArgument, "ports.{} and ports.{} must differ: both are {}",
                other->second, name, *port);
  }
  return {};
}

Status ParseTls(const JsonView& root, Settings& settings) {
  if (!root.Has("tls")) return {};
  ASSIGN_OR_RETURN(const JsonView object, root.Get("tls"));
  RETURN_IF_ERROR(NoteOthers(
      object, {"mode", "directory", "clientCertificates", "otherClientPort", "otherSentinelPort"},
      settings));
  TlsSettings& tls = settings.tls;
  static const std::map<std::string, TlsMode> kModes{
      {"offer", TlsMode::kOffer}, {"prefer", TlsMode::kPrefer}, {"require", TlsMode::kRequire}};
  ASSIGN_OR_RETURN(const std::string mode,
                   GetOneOf(object, "mode", {"offer", "prefer", "require"}));
  tls.mode = kModes.at(mode);
  ASSIGN_OR_RETURN(tls.directory, object.GetString("directory"));
  static const std::map<std::string, std::string> kChecks{
      {"ignored", "no"}, {"optional", "optional"}, {"required", "yes"}};
  ASSIGN_OR_RETURN(const std::string check,
                   GetOneOf(object, "clientCertificates", {"ignored", "optional", "required"}));
  tls.client_check = kChecks.at(check);
  ASSIGN_OR_RETURN(tls.other_client_port, GetBounded(object, "otherClientPort", 0, 65535));
  ASSIGN_OR_RETURN(tls.other_sentinel_port, GetBounded(object, "otherSentinelPort", 0, 65535));
  return {};
}

Status ParseCluster(const JsonView& object, Settings& settings) {
  RETURN_IF_ERROR(
      NoteOthers(object, {"shards", "replicasPerShard", "nodeTimeoutMilliseconds"}, settings));
  ASSIGN_OR_RETURN(settings.layout.shards, GetBounded(object, "shards", 3, 1000));
  ASSIGN_OR_RETURN(settings.layout.replicas_per_shard,
                   GetBounded(object, "replicasPerShard", 0, 9));
  ASSIGN_OR_RETURN(settings.node_timeout_milliseconds,
                   GetBounded(object, "nodeTimeoutMilliseconds", kLeastDownAfter.count(), 600'000));
  return {};
}

/// As Sentinel itself wants it: "Allowed characters are A-z 0-9 and .-_".
bool IsSentinelName(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == '_';
  });
}

Status ParseSentinel(const JsonView& object, Settings& settings) {
  RETURN_IF_ERROR(
      NoteOthers(object,
                 {"servers", "sentinels", "quorum", "masterName", "downAfterMilliseconds",
                  "failoverTimeoutMilliseconds", "parallelSyncs", "auth", "recoverFrom"},
                 settings));
  ASSIGN_OR_RETURN(const int servers, GetBounded(object, "servers", 1, 100));
  ASSIGN_OR_RETURN(const int sentinels, GetBounded(object, "sentinels", 1, 99));
  settings.layout = Layout::Sentinel(servers, sentinels);
  SentinelSettings& sentinel = settings.sentinel;
  ASSIGN_OR_RETURN(sentinel.quorum, GetBounded(object, "quorum", 1, sentinels));
  ASSIGN_OR_RETURN(sentinel.master_name, object.GetString("masterName"));
  if (!IsSentinelName(sentinel.master_name)) {
    return Fail(Code::kInvalidArgument, "{}.masterName is {}: use letters, digits, \".-_\"",
                object.path(), Quoted(sentinel.master_name));
  }
  ASSIGN_OR_RETURN(sentinel.down_after_milliseconds,
                   GetBounded(object, "downAfterMilliseconds", kLeastDownAfter.count(), 600'000));
  ASSIGN_OR_RETURN(sentinel.failover_timeout_milliseconds,
                   GetBounded(object, "failoverTimeoutMilliseconds", 1000, 3'600'000));
  ASSIGN_OR_RETURN(sentinel.parallel_syncs, GetBounded(object, "parallelSyncs", 1, 100));
  ASSIGN_OR_RETURN(sentinel.auth, object.GetBool("auth"));
  ASSIGN_OR_RETURN(const std::string recover_from, object.GetStringOr("recoverFrom", ""));
  if (recover_from.empty()) return {};
  const auto member = MemberName::Parse(recover_from);
  if (!member || member->kind != MemberKind::kServer || !settings.layout.Contains(*member)) {
    return Fail(Code::kInvalidArgument, "sentinel.recoverFrom is {}: use server-0 to server-{}",
                Quoted(recover_from), servers - 1);
  }
  sentinel.recover_from = *member;
  return {};
}

Status ParseEngine(const JsonView& root, Settings& settings) {
  ASSIGN_OR_RETURN(const std::string mode,
                   GetOneOf(root, "mode", {"cluster", "sentinel", "standalone"}));
  settings.layout.mode = mode == "cluster"    ? Mode::kCluster
                         : mode == "sentinel" ? Mode::kSentinel
                                              : Mode::kStandalone;
  ASSIGN_OR_RETURN(const std::string engine, root.GetString("engine"));
  if (engine != "redis" && engine != "valkey") {
    return Fail(Code::kInvalidArgument, "engine is \"{}\": use redis or valkey", engine);
  }
  settings.engine = engine == "redis" ? EngineKind::kRedis : EngineKind::kValkey;
  return {};
}

/// The one section of the mode; a standalone server has none.
Status ParseShape(const JsonView& root, Settings& settings) {
  const Mode mode = settings.layout.mode;
  for (const auto& [section, of] :
       {std::pair("cluster", Mode::kCluster), std::pair("sentinel", Mode::kSentinel)}) {
    if (of != mode && root.Has(section)) {
      return Fail(Code::kInvalidArgument, "{}: it has no meaning in this mode: remove it", section);
    }
  }
  if (mode == Mode::kStandalone) {
    settings.layout = Layout::Standalone();
    return {};
  }
  const bool cluster = mode == Mode::kCluster;
  ASSIGN_OR_RETURN(const JsonView shape, root.Get(cluster ? "cluster" : "sentinel"));
  return cluster ? ParseCluster(shape, settings) : ParseSentinel(shape, settings);
}

Status ParseSections(const JsonView& root, Settings& settings) {
  ASSIGN_OR_RETURN(const JsonView ports, root.Get("ports"));
  RETURN_IF_ERROR(ParsePorts(ports, settings));
  RETURN_IF_ERROR(ParseTls(root, settings));
  RETURN_IF_ERROR(ParseShape(root, settings));
  ASSIGN_OR_RETURN(const JsonView auth, root.Get("auth"));
  RETURN_IF_ERROR(NoteOthers(
      auth,
      {"enabled", "directory", "revision", "rotation", "defaultUser", "users", "keepForeignUsers"},
      settings));
  ASSIGN_OR_RETURN(settings.auth, auth.GetBool("enabled"));
  ASSIGN_OR_RETURN(settings.auth_directory, auth.GetStringOr("directory", settings.auth_directory));
  ASSIGN_OR_RETURN(settings.auth_revision, auth.GetStringOr("revision", ""));
  ASSIGN_OR_RETURN(settings.default_user, auth.GetBoolOr("defaultUser", true));
  ASSIGN_OR_RETURN(settings.keep_foreign_users, auth.GetBoolOr("keepForeignUsers", false));
  if (auth.Has("users")) {
    ASSIGN_OR_RETURN(const JsonView users, auth.Get("users"));
    RETURN_IF_ERROR(
        NoteOthers(users, {"directory", "secretDirectory", "revision", "lines"}, settings));
    ASSIGN_OR_RETURN(settings.users.directory, users.GetString("directory"));
    ASSIGN_OR_RETURN(settings.users.secret_directory, users.GetString("secretDirectory"));
    ASSIGN_OR_RETURN(settings.users.revision, users.GetStringOr("revision", ""));
    ASSIGN_OR_RETURN(settings.users.lines, users.GetStringOr("lines", ""));
  }
  if (auth.Has("rotation")) {
    ASSIGN_OR_RETURN(const JsonView rotation, auth.Get("rotation"));
    RETURN_IF_ERROR(NoteOthers(rotation, {"keepOldForSeconds"}, settings));
    ASSIGN_OR_RETURN(settings.keep_old_password_seconds,
                     GetBounded(rotation, "keepOldForSeconds", 10, 30 * 24 * 3600));
  }
  ASSIGN_OR_RETURN(const JsonView persistence, root.Get("persistence"));
  RETURN_IF_ERROR(NoteOthers(persistence, {"enabled"}, settings));
  ASSIGN_OR_RETURN(settings.persistence, persistence.GetBool("enabled"));
  ASSIGN_OR_RETURN(const JsonView log, root.Get("log"));
  RETURN_IF_ERROR(NoteOthers(log, {"format", "level"}, settings));
  ASSIGN_OR_RETURN(settings.log_format, GetOneOf(log, "format", {"json", "text"}));
  ASSIGN_OR_RETURN(settings.log_level,
                   GetOneOf(log, "level", {"debug", "info", "warning", "error"}));
  return {};
}

Status ParseStartWithout(const JsonView& root, Settings& settings) {
  if (!root.Has("startWithout")) return {};
  ASSIGN_OR_RETURN(const JsonView list, root.Get("startWithout"));
  ASSIGN_OR_RETURN(const std::vector<JsonView> names, list.AsArray());
  for (const JsonView& name : names) {
    ASSIGN_OR_RETURN(const std::string text, name.AsString());
    const auto member = MemberName::Parse(text);
    if (!member) return FailWith(member, "startWithout");
    settings.start_without.push_back(*member);
  }
  return {};
}

}  // namespace

std::string Settings::PodOf(MemberName member) const { return fullname + "-" + member.ToString(); }

std::string Settings::HostOf(MemberName member) const {
  // The final dot keeps the resolver from trying every search domain first.
  return PodOf(member) + "." + name_space + ".svc." + cluster_domain + ".";
}

Result<MemberName> Settings::MemberOfPod(std::string_view pod) const {
  const std::string prefix = fullname + "-";
  if (!pod.starts_with(prefix)) {
    return Fail(Code::kInvalidArgument, "pod \"{}\" is not of this release: no \"{}...\"", pod,
                prefix);
  }
  ASSIGN_OR_RETURN(const MemberName member, MemberName::Parse(pod.substr(prefix.size())));
  return member;
}

int Settings::PortOf(MemberName member) const {
  return member.kind == MemberKind::kSentinel ? ports.sentinel : ports.client;
}

std::string Settings::EngineName() const {
  return engine == EngineKind::kRedis ? "redis" : "valkey";
}

std::string Settings::ModeName() const {
  if (layout.mode == Mode::kCluster) return "cluster";
  return layout.mode == Mode::kSentinel ? "sentinel" : "standalone";
}

std::string Settings::CliOf(MemberName member) const {
  const std::string cli = EngineName() + "-cli";
  if (!tls.AmongMembers()) return std::format("{} -p {}", cli, PortOf(member));
  const std::string folder = tls.directory;
  return std::format("{} --tls --cacert {}/ca.crt --cert {}/tls.crt --key {}/tls.key -p {}", cli,
                     folder, folder, folder, PortOf(member));
}

std::string Settings::EngineProgram() const { return EngineName() + "-server"; }

Status CheckAllKnown(const Settings& settings) {
  if (settings.unknown.empty()) return {};
  return Fail(Code::kInvalidArgument, "this program does not know: {}", Join(settings.unknown));
}

Result<Settings> ParseSettings(std::string_view json) {
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(json));
  const JsonView root = document.root();
  ASSIGN_OR_RETURN(const std::int64_t version, root.GetInt("version"));
  if (version != 1) {
    return Fail(Code::kInvalidArgument, "version is {}: this program reads version 1", version);
  }
  Settings settings;
  RETURN_IF_ERROR(NoteOthers(root,
                             {"version",
                              "release",
                              "namespace",
                              "releaseNamespace",
                              "fullname",
                              "mode",
                              "engine",
                              "clusterDomain",
                              "ports",
                              "tls",
                              "cluster",
                              "sentinel",
                              "auth",
                              "persistence",
                              "record",
                              "events",
                              "roleLabel",
                              "protectLastCopy",
                              "fencing",
                              "failover",
                              "maxReplicaLagSeconds",
                              "maxUnreplicatedSeconds",
                              "maxMemoryPercent",
                              "readinessTimeoutSeconds",
                              "engineStuckSeconds",
                              "startWithout",
                              "terminationGracePeriodSeconds",
                              "revision",
                              "log"},
                             settings));
  ASSIGN_OR_RETURN(settings.revision, root.GetStringOr("revision", ""));
  ASSIGN_OR_RETURN(settings.release, root.GetString("release"));
  ASSIGN_OR_RETURN(settings.name_space, root.GetString("namespace"));
  ASSIGN_OR_RETURN(settings.release_namespace,
                   root.GetStringOr("releaseNamespace", settings.name_space));
  ASSIGN_OR_RETURN(settings.fullname, root.GetString("fullname"));
  RETURN_IF_ERROR(ParseEngine(root, settings));
  ASSIGN_OR_RETURN(settings.cluster_domain, root.GetString("clusterDomain"));
  RETURN_IF_ERROR(ParseSections(root, settings));
  ASSIGN_OR_RETURN(settings.record, root.GetStringOr("record", ""));
  ASSIGN_OR_RETURN(settings.events, root.GetBoolOr("events", false));
  ASSIGN_OR_RETURN(settings.role_label, root.GetBoolOr("roleLabel", false));
  ASSIGN_OR_RETURN(settings.protect_last_copy, root.GetBoolOr("protectLastCopy", false));
  ASSIGN_OR_RETURN(settings.fencing, root.GetBoolOr("fencing", true));
  if (root.Has("failover")) {
    ASSIGN_OR_RETURN(const JsonView failover, root.Get("failover"));
    RETURN_IF_ERROR(NoteOthers(failover, {"staleAfterSeconds"}, settings));
    ASSIGN_OR_RETURN(settings.stale_after_seconds,
                     GetBounded(failover, "staleAfterSeconds", -1, 86'400));
  }
  if (root.Has("maxReplicaLagSeconds")) {
    ASSIGN_OR_RETURN(settings.max_replica_lag_seconds,
                     GetBounded(root, "maxReplicaLagSeconds", 0, 86'400));
  }
  if (root.Has("maxUnreplicatedSeconds")) {
    ASSIGN_OR_RETURN(settings.max_unreplicated_seconds,
                     GetBounded(root, "maxUnreplicatedSeconds", 0, 3600));
  }
  if (root.Has("maxMemoryPercent")) {
    ASSIGN_OR_RETURN(settings.max_memory_percent, GetBounded(root, "maxMemoryPercent", 0, 90));
  }
  if (root.Has("readinessTimeoutSeconds")) {
    ASSIGN_OR_RETURN(settings.readiness_timeout_seconds,
                     GetBounded(root, "readinessTimeoutSeconds", 1, 3600));
  }
  if (root.Has("engineStuckSeconds")) {
    ASSIGN_OR_RETURN(settings.engine_stuck_seconds,
                     GetBounded(root, "engineStuckSeconds", 0, 3600));
  }
  RETURN_IF_ERROR(ParseStartWithout(root, settings));
  ASSIGN_OR_RETURN(settings.grace_seconds,
                   GetBounded(root, "terminationGracePeriodSeconds", 1, 86'400));
  return settings;
}

}  // namespace bowline
