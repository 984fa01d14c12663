#include "plan/common/report.h"

#include <array>
#include <utility>

#include "base/json.h"
#include "plan/common/passwords.h"

namespace bowline {
namespace {

constexpr std::array<std::pair<Phase, std::string_view>, 3> kPhaseNames{{
    {Phase::kGuard, "guard"},
    {Phase::kRunning, "running"},
    {Phase::kStopping, "stopping"},
}};

Result<Phase> ParsePhase(std::string_view text) {
  for (const auto& [value, name] : kPhaseNames) {
    if (name == text) return value;
  }
  return Fail(Code::kInvalidArgument, "phase \"{}\" is not known", text);
}

Result<int> ReadNumber(const JsonView& object, std::string_view key) {
  ASSIGN_OR_RETURN(const std::int64_t value, object.GetInt(key));
  return static_cast<int>(value);
}

Result<std::uint64_t> ReadEpoch(const JsonView& object, std::string_view key) {
  ASSIGN_OR_RETURN(const std::int64_t value, object.GetInt(key));
  return static_cast<std::uint64_t>(value);
}

Result<std::int64_t> ReadAge(const JsonView& value) { return value.AsInt(); }
void WriteReplicas(JsonWriter& json, const std::vector<ReplicaEntry>& replicas) {
  json.Key("replicas").BeginArray();
  for (const ReplicaEntry& replica : replicas) {
    json.BeginObject().Field("ip", replica.ip).Field("port", replica.port);
    json.Field("state", replica.state).Field("offset", replica.offset);
    json.Field("lagSeconds", replica.lag_seconds).EndObject();
  }
  json.EndArray();
}

Result<ReplicaEntry> ReadReplica(const JsonView& item) {
  ReplicaEntry replica;
  ASSIGN_OR_RETURN(replica.ip, item.GetString("ip"));
  ASSIGN_OR_RETURN(replica.port, ReadNumber(item, "port"));
  ASSIGN_OR_RETURN(replica.state, item.GetString("state"));
  ASSIGN_OR_RETURN(replica.offset, item.GetInt("offset"));
  ASSIGN_OR_RETURN(replica.lag_seconds, ReadNumber(item, "lagSeconds"));
  return replica;
}

/// What a look at a whole shard does not need is told all the same: a decision that reads a field
/// which does not travel is wrong for every peer, and right in every test that fills it in memory.
void WriteDetails(JsonWriter& json, const EngineSnapshot& engine) {
  const EngineInfo& info = engine.info;
  json.Field("loadingPercent", static_cast<std::int64_t>(info.loading_percent));
  json.Field("syncPercent", static_cast<std::int64_t>(info.sync_percent));
  json.Field("lastIoSeconds", info.last_io_seconds).Field("goodReplicas", info.good_replicas);
  json.Field("appendOnly", info.append_only);
  json.Field("appendOk", info.append_ok).Field("snapshotOk", info.snapshot_ok);
  WriteReplicas(json, info.replicas);
  json.Field("slotsAssigned", engine.cluster.slots_assigned);
  json.Field("slotsFail", engine.cluster.slots_fail).Field("clusterSize", engine.cluster.size);
  json.Field("ownEpoch", static_cast<std::int64_t>(engine.cluster.my_epoch));
}

Status ReadDetails(const JsonView& object, EngineSnapshot& engine) {
  EngineInfo& info = engine.info;
  ASSIGN_OR_RETURN(info.loading_percent, ReadNumber(object, "loadingPercent"));
  ASSIGN_OR_RETURN(info.sync_percent, ReadNumber(object, "syncPercent"));
  ASSIGN_OR_RETURN(info.last_io_seconds, object.GetInt("lastIoSeconds"));
  ASSIGN_OR_RETURN(info.good_replicas, ReadNumber(object, "goodReplicas"));
  ASSIGN_OR_RETURN(info.append_only, object.GetBoolOr("appendOnly", false));
  ASSIGN_OR_RETURN(info.append_ok, object.GetBool("appendOk"));
  ASSIGN_OR_RETURN(info.snapshot_ok, object.GetBool("snapshotOk"));
  ASSIGN_OR_RETURN(info.replicas, ReadList(object, "replicas", &ReadReplica));
  ASSIGN_OR_RETURN(engine.cluster.slots_assigned, ReadNumber(object, "slotsAssigned"));
  ASSIGN_OR_RETURN(engine.cluster.slots_fail, ReadNumber(object, "slotsFail"));
  ASSIGN_OR_RETURN(engine.cluster.size, ReadNumber(object, "clusterSize"));
  ASSIGN_OR_RETURN(engine.cluster.my_epoch, ReadEpoch(object, "ownEpoch"));
  return {};
}

void WriteView(JsonWriter& json, const NodesView& view, ViewForm form) {
  if (view.HasDigest() && (form == ViewForm::kDigest || !view.Readable())) {
    json.Field("viewDigest", view.Digest()).Field("viewLines", view.OwnLines());
  } else {
    json.Field("view", view.Text());
  }
}

Result<NodesView> ReadView(const JsonView& object) {
  if (!object.Has("viewDigest")) {
    ASSIGN_OR_RETURN(const std::string text, object.GetString("view"));
    return NodesView(text);
  }
  ASSIGN_OR_RETURN(const std::string digest, object.GetString("viewDigest"));
  ASSIGN_OR_RETURN(const std::string lines, object.GetString("viewLines"));
  return NodesView::Told(digest, lines);
}

void WriteEngine(JsonWriter& json, const EngineSnapshot& engine, ViewForm form) {
  const EngineInfo& info = engine.info;
  json.Key("engine").BeginObject();
  json.Field("answers", engine.answers).Field("replied", engine.replied);
  json.Field("problem", engine.problem);
  json.Field("role", info.primary ? "primary" : "replica").Field("version", info.version);
  json.Field("replicationId", info.replication_id).Field("offset", info.offset);
  json.Field("previousId", info.previous_id).Field("previousOffset", info.previous_offset);
  json.Field("loading", info.loading).Field("refusal", engine.refusal);
  json.Field("linkUp", info.link_up).Field("syncInProgress", info.sync_in_progress);
  json.Field("linkDownSeconds", info.link_down_seconds);
  json.Field("primaryHost", info.primary_host).Field("primaryPort", info.primary_port);
  json.Field("clusterOk", engine.cluster.state_ok);
  json.Field("slotsOk", engine.cluster.slots_ok).Field("knownNodes", engine.cluster.known_nodes);
  json.Field("currentEpoch", static_cast<std::int64_t>(engine.cluster.current_epoch));
  json.Field("keys", engine.keys);
  if (!engine.progress.empty()) WriteProgress(json, "progress", engine.progress);
  WriteView(json, engine.view, form);
  WriteDetails(json, engine);
  json.EndObject();
}

Status ReadEngine(const JsonView& object, EngineSnapshot& engine) {
  EngineInfo& info = engine.info;
  ASSIGN_OR_RETURN(engine.answers, object.GetBool("answers"));
  ASSIGN_OR_RETURN(engine.replied, object.GetBool("replied"));
  ASSIGN_OR_RETURN(engine.problem, object.GetString("problem"));
  ASSIGN_OR_RETURN(const std::string role, object.GetString("role"));
  info.primary = role == "primary";
  ASSIGN_OR_RETURN(info.version, object.GetString("version"));
  ASSIGN_OR_RETURN(info.replication_id, object.GetString("replicationId"));
  ASSIGN_OR_RETURN(info.offset, object.GetInt("offset"));
  ASSIGN_OR_RETURN(info.previous_id, object.GetStringOr("previousId", ""));       // 0.1.0 did not
  ASSIGN_OR_RETURN(info.previous_offset, object.GetIntOr("previousOffset", -1));  // tell these
  ASSIGN_OR_RETURN(info.loading, object.GetBool("loading"));
  ASSIGN_OR_RETURN(engine.refusal, object.GetStringOr("refusal", ""));
  ASSIGN_OR_RETURN(info.link_up, object.GetBool("linkUp"));
  ASSIGN_OR_RETURN(info.sync_in_progress, object.GetBool("syncInProgress"));
  ASSIGN_OR_RETURN(info.link_down_seconds, object.GetInt("linkDownSeconds"));
  ASSIGN_OR_RETURN(info.primary_host, object.GetString("primaryHost"));
  ASSIGN_OR_RETURN(info.primary_port, ReadNumber(object, "primaryPort"));
  ASSIGN_OR_RETURN(engine.cluster.state_ok, object.GetBool("clusterOk"));
  ASSIGN_OR_RETURN(engine.cluster.slots_ok, ReadNumber(object, "slotsOk"));
  ASSIGN_OR_RETURN(engine.cluster.known_nodes, ReadNumber(object, "knownNodes"));
  ASSIGN_OR_RETURN(engine.cluster.current_epoch, ReadEpoch(object, "currentEpoch"));
  ASSIGN_OR_RETURN(engine.keys, object.GetInt("keys"));
  ASSIGN_OR_RETURN(engine.progress, ReadProgress(object, "progress"));
  ASSIGN_OR_RETURN(engine.view, ReadView(object));
  return ReadDetails(object, engine);
}

void WritePeers(JsonWriter& json, std::string_view key, const std::vector<SentinelPeer>& peers) {
  json.Key(key).BeginArray();
  for (const SentinelPeer& peer : peers) {
    json.BeginObject().Field("ip", peer.ip).Field("port", peer.port).Field("id", peer.id);
    json.Field("down", peer.down).Field("connected", peer.connected);
    json.Field("silentMs", peer.silent_milliseconds).Field("priority", peer.priority).EndObject();
  }
  json.EndArray();
}

void WriteSentinel(JsonWriter& json, const SentinelSnapshot& sentinel) {
  json.Key("sentinel").BeginObject();
  json.Field("answers", sentinel.answers).Field("problem", sentinel.problem);
  json.Field("primaryIp", sentinel.primary_ip).Field("primaryPort", sentinel.primary_port);
  json.Field("primary", sentinel.primary ? sentinel.primary->ToString() : "");
  json.Field("currentEpoch", static_cast<std::int64_t>(sentinel.epochs.current));
  json.Field("configEpoch", static_cast<std::int64_t>(sentinel.epochs.config));
  json.Field("leaderEpoch", static_cast<std::int64_t>(sentinel.epochs.leader));
  json.Field("primaryDown", sentinel.primary_down);
  json.Field("primaryDenies", sentinel.primary_denies);
  json.Field("failingOver", sentinel.failing_over).Field("unsaved", sentinel.unsaved);
  WritePeers(json, "replicas", sentinel.replicas);
  WritePeers(json, "sentinels", sentinel.sentinels);
  json.EndObject();
}

Result<SentinelPeer> ReadPeer(const JsonView& item) {
  SentinelPeer peer;
  ASSIGN_OR_RETURN(peer.ip, item.GetString("ip"));
  ASSIGN_OR_RETURN(peer.port, ReadNumber(item, "port"));
  ASSIGN_OR_RETURN(peer.id, item.GetString("id"));
  ASSIGN_OR_RETURN(peer.down, item.GetBool("down"));
  ASSIGN_OR_RETURN(peer.connected, item.GetBool("connected"));
  ASSIGN_OR_RETURN(peer.silent_milliseconds, item.GetInt("silentMs"));
  ASSIGN_OR_RETURN(peer.priority, ReadNumber(item, "priority"));
  return peer;
}

Status ReadSentinel(const JsonView& object, SentinelSnapshot& sentinel) {
  ASSIGN_OR_RETURN(sentinel.answers, object.GetBool("answers"));
  ASSIGN_OR_RETURN(sentinel.problem, object.GetString("problem"));
  ASSIGN_OR_RETURN(sentinel.primary_ip, object.GetString("primaryIp"));
  ASSIGN_OR_RETURN(sentinel.primary_port, ReadNumber(object, "primaryPort"));
  ASSIGN_OR_RETURN(const std::string primary, object.GetString("primary"));
  if (!primary.empty()) {
    ASSIGN_OR_RETURN(sentinel.primary, MemberName::Parse(primary));
  }
  ASSIGN_OR_RETURN(sentinel.epochs.current, ReadEpoch(object, "currentEpoch"));
  ASSIGN_OR_RETURN(sentinel.epochs.config, ReadEpoch(object, "configEpoch"));
  ASSIGN_OR_RETURN(sentinel.epochs.leader, ReadEpoch(object, "leaderEpoch"));
  ASSIGN_OR_RETURN(sentinel.primary_down, object.GetBool("primaryDown"));
  ASSIGN_OR_RETURN(sentinel.primary_denies, object.GetBoolOr("primaryDenies", false));
  ASSIGN_OR_RETURN(sentinel.failing_over, object.GetBool("failingOver"));
  ASSIGN_OR_RETURN(sentinel.unsaved, object.GetStringOr("unsaved", ""));
  ASSIGN_OR_RETURN(sentinel.replicas, ReadList(object, "replicas", &ReadPeer));
  ASSIGN_OR_RETURN(sentinel.sentinels, ReadList(object, "sentinels", &ReadPeer));
  return {};
}

Result<std::map<std::string, std::string>> ReadKeptUsers(const JsonView& root) {
  ASSIGN_OR_RETURN(const JsonView users, root.Get("keptUsers"));
  ASSIGN_OR_RETURN(const std::vector<std::string> names, users.Keys());
  std::map<std::string, std::string> kept;
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(kept[name], users.GetString(name));
  }
  return kept;
}

}  // namespace

std::string_view PhaseName(Phase phase) {
  for (const auto& [value, name] : kPhaseNames) {
    if (value == phase) return name;
  }
  std::unreachable();
}

void Report::SetVolume(const VolumeFacts& facts) {
  volume = facts.kind;
  installation = facts.state.identity.installation;
  held = facts.state.held;
  damage = facts.damage ? facts.damage->what : "";
  dataset_modified = facts.dataset_modified;
  position = facts.position;
  handover = facts.handover;
  epoch = facts.Epoch();
}

std::string PrintReport(const Report& report, ViewForm form) {
  JsonWriter json;
  json.BeginObject().Field("version", 1);
  json.Field("member", report.member.ToString())
      .Field("pod", report.pod)
      .Field("node", report.node);
  json.Field("revision", report.revision);
  json.Field("installation", report.installation);
  json.Field("missedSeconds", report.missed_seconds);
  json.Field("fenceEvidence", report.fence_evidence).Field("writtenMs", report.written_ms);
  if (!report.fenced.empty()) json.Field("fenced", report.fenced);
  if (report.unreplicated_ms >= 0) json.Field("unreplicatedMs", report.unreplicated_ms);
  if (!report.writes_wait.empty()) json.Field("writesWait", report.writes_wait);
  if (report.role_seconds >= 0) json.Field("roleSeconds", report.role_seconds);
  json.Field("lastCopy", report.last_copy).Field("evictionAllowed", report.eviction_allowed);
  if (report.configured) {
    const ConfiguredVerdict& told = *report.configured;
    json.Key("configured").BeginObject().Field("holds", told.holds).Field("reason", told.reason);
    json.Field("message", told.message).Field("revision", told.revision).EndObject();
  }
  if (!report.passwords.empty()) json.Field("passwords", report.passwords);
  if (!report.passwords_without_users.empty()) {
    json.Field("passwordsWithoutUsers", report.passwords_without_users);
  }
  if (report.passwords_used) json.Field("passwordsUsed", true);
  if (!report.passwords_wait.empty()) WriteMembers(json, "passwordsWait", report.passwords_wait);
  if (!report.outgoing.empty()) WriteOutgoing(json, report.outgoing);
  if (!report.foreign_users.empty()) json.Field("foreignUsers", report.foreign_users);
  if (report.kept_users) {
    json.Key("keptUsers").BeginObject();
    for (const auto& [name, digest] : *report.kept_users) json.Field(name, digest);
    json.EndObject();
  }
  if (report.certificate_ends != 0) json.Field("certificateEnds", report.certificate_ends);
  json.Field("phase", PhaseName(report.phase)).Field("reason", report.reason);
  json.Field("volume", VolumeKindName(report.volume)).Field("held", report.held);
  json.Field("damage", report.damage);
  json.Field("datasetModified", report.dataset_modified);
  json.Field("term", static_cast<std::int64_t>(report.epoch));
  if (report.pause) {
    json.Field("pausedSince", report.pause->since).Field("pausedUntil", report.pause->until);
  }
  if (!report.role_changes.empty()) {
    json.Key("roleChanges").BeginArray();
    for (const std::int64_t age : report.role_changes) json.Int(age);
    json.EndArray();
  }
  if (report.position) {
    json.Key("mark");
    WritePosition(json, *report.position);
  }
  if (report.handover) {
    json.Key("handover");
    WriteHandoverNote(json, *report.handover);
  }
  if (report.sentinel) WriteSentinel(json, *report.sentinel);
  WriteEngine(json, report.engine, form);
  json.EndObject();
  return json.Take();
}

Result<Report> ParseReport(std::string_view text) {
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(text));
  const JsonView root = document.root();
  ASSIGN_OR_RETURN(const std::int64_t version, root.GetInt("version"));
  if (version != 1) return Fail(Code::kInvalidArgument, "report version {} is not known", version);
  Report report;
  ASSIGN_OR_RETURN(const std::string member, root.GetString("member"));
  ASSIGN_OR_RETURN(report.member, MemberName::Parse(member));
  ASSIGN_OR_RETURN(report.pod, root.GetString("pod"));
  ASSIGN_OR_RETURN(report.node, root.GetString("node"));
  ASSIGN_OR_RETURN(report.revision, root.GetStringOr("revision", ""));
  ASSIGN_OR_RETURN(report.installation, root.GetString("installation"));
  ASSIGN_OR_RETURN(report.missed_seconds, root.GetIntOr("missedSeconds", 0));
  ASSIGN_OR_RETURN(report.written_ms, root.GetIntOr("writtenMs", -1));
  ASSIGN_OR_RETURN(report.fence_evidence, root.GetStringOr("fenceEvidence", ""));
  ASSIGN_OR_RETURN(report.fenced, root.GetStringOr("fenced", ""));
  ASSIGN_OR_RETURN(report.unreplicated_ms, root.GetIntOr("unreplicatedMs", -1));
  ASSIGN_OR_RETURN(report.writes_wait, root.GetStringOr("writesWait", ""));
  ASSIGN_OR_RETURN(report.role_seconds, root.GetIntOr("roleSeconds", -1));
  ASSIGN_OR_RETURN(report.last_copy, root.GetStringOr("lastCopy", ""));
  ASSIGN_OR_RETURN(report.eviction_allowed, root.GetBoolOr("evictionAllowed", false));
  if (root.Has("configured")) {
    ASSIGN_OR_RETURN(const JsonView told, root.Get("configured"));
    ConfiguredVerdict& verdict = report.configured.emplace();
    ASSIGN_OR_RETURN(verdict.holds, told.GetBool("holds"));
    ASSIGN_OR_RETURN(verdict.reason, told.GetString("reason"));
    ASSIGN_OR_RETURN(verdict.message, told.GetString("message"));
    ASSIGN_OR_RETURN(verdict.revision, told.GetString("revision"));
  }
  ASSIGN_OR_RETURN(report.passwords, root.GetStringOr("passwords", ""));
  ASSIGN_OR_RETURN(report.passwords_without_users, root.GetStringOr("passwordsWithoutUsers", ""));
  ASSIGN_OR_RETURN(report.passwords_used, root.GetBoolOr("passwordsUsed", false));
  if (root.Has("passwordsWait")) {
    ASSIGN_OR_RETURN(report.passwords_wait, ReadMembers(root, "passwordsWait"));
  }
  ASSIGN_OR_RETURN(report.outgoing, ReadOutgoing(root));
  if (root.Has("foreignUsers")) {
    ASSIGN_OR_RETURN(report.foreign_users, ReadTexts(root, "foreignUsers"));
  }
  if (root.Has("keptUsers")) {
    ASSIGN_OR_RETURN(report.kept_users, ReadKeptUsers(root));
  }
  ASSIGN_OR_RETURN(report.certificate_ends, root.GetIntOr("certificateEnds", 0));
  ASSIGN_OR_RETURN(const std::string phase, root.GetString("phase"));
  ASSIGN_OR_RETURN(report.phase, ParsePhase(phase));
  ASSIGN_OR_RETURN(report.reason, root.GetString("reason"));
  ASSIGN_OR_RETURN(const std::string volume, root.GetString("volume"));
  ASSIGN_OR_RETURN(report.volume, ParseVolumeKind(volume));
  ASSIGN_OR_RETURN(report.held, root.GetBool("held"));
  ASSIGN_OR_RETURN(report.damage, root.GetStringOr("damage", ""));
  ASSIGN_OR_RETURN(report.dataset_modified, root.GetInt("datasetModified"));
  if (root.Has("term")) {  // 0.1.0 did not tell it
    ASSIGN_OR_RETURN(report.epoch, ReadEpoch(root, "term"));
  }
  if (root.Has("pausedUntil")) {
    PauseOrder& pause = report.pause.emplace();
    ASSIGN_OR_RETURN(pause.since, root.GetString("pausedSince"));
    ASSIGN_OR_RETURN(pause.until, root.GetString("pausedUntil"));
  }
  if (root.Has("roleChanges")) {
    ASSIGN_OR_RETURN(report.role_changes, ReadList(root, "roleChanges", &ReadAge));
  }
  if (root.Has("mark")) {
    ASSIGN_OR_RETURN(const JsonView position, root.Get("mark"));
    ASSIGN_OR_RETURN(report.position, ReadPosition(position));
  }
  if (root.Has("handover")) {
    ASSIGN_OR_RETURN(const JsonView handover, root.Get("handover"));
    ASSIGN_OR_RETURN(report.handover, ReadHandoverNote(handover));
  }
  if (root.Has("sentinel")) {
    ASSIGN_OR_RETURN(const JsonView sentinel, root.Get("sentinel"));
    RETURN_IF_ERROR(ReadSentinel(sentinel, report.sentinel.emplace()));
  }
  ASSIGN_OR_RETURN(const JsonView engine, root.Get("engine"));
  RETURN_IF_ERROR(ReadEngine(engine, report.engine));
  return report;
}

}  // namespace bowline
