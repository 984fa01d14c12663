#include "plan/card.h"

#include <array>
#include <utility>

#include "base/json.h"

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

void WriteEngine(JsonWriter& json, const EngineSnapshot& engine) {
  const EngineInfo& info = engine.info;
  json.Key("engine").BeginObject();
  json.Field("answers", engine.answers).Field("replied", engine.replied);
  json.Field("problem", engine.problem);
  json.Field("role", info.primary ? "primary" : "replica").Field("version", info.version);
  json.Field("replicationId", info.replication_id).Field("offset", info.offset);
  json.Field("loading", info.loading);
  json.Field("linkUp", info.link_up).Field("syncInProgress", info.sync_in_progress);
  json.Field("linkDownSeconds", info.link_down_seconds);
  json.Field("primaryHost", info.primary_host).Field("primaryPort", info.primary_port);
  json.Field("clusterOk", engine.cluster.state_ok);
  json.Field("slotsOk", engine.cluster.slots_ok).Field("knownNodes", engine.cluster.known_nodes);
  json.Field("currentEpoch", static_cast<std::int64_t>(engine.cluster.current_epoch));
  json.Field("keys", engine.keys).Field("view", engine.view);
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
  ASSIGN_OR_RETURN(info.loading, object.GetBool("loading"));
  ASSIGN_OR_RETURN(info.link_up, object.GetBool("linkUp"));
  ASSIGN_OR_RETURN(info.sync_in_progress, object.GetBool("syncInProgress"));
  ASSIGN_OR_RETURN(info.link_down_seconds, object.GetInt("linkDownSeconds"));
  ASSIGN_OR_RETURN(info.primary_host, object.GetString("primaryHost"));
  ASSIGN_OR_RETURN(const std::int64_t port, object.GetInt("primaryPort"));
  info.primary_port = static_cast<int>(port);
  ASSIGN_OR_RETURN(engine.cluster.state_ok, object.GetBool("clusterOk"));
  ASSIGN_OR_RETURN(const std::int64_t slots, object.GetInt("slotsOk"));
  engine.cluster.slots_ok = static_cast<int>(slots);
  ASSIGN_OR_RETURN(const std::int64_t known, object.GetInt("knownNodes"));
  engine.cluster.known_nodes = static_cast<int>(known);
  ASSIGN_OR_RETURN(const std::int64_t epoch, object.GetInt("currentEpoch"));
  engine.cluster.current_epoch = static_cast<std::uint64_t>(epoch);
  ASSIGN_OR_RETURN(engine.keys, object.GetInt("keys"));
  ASSIGN_OR_RETURN(engine.view, object.GetString("view"));
  return {};
}

}  // namespace

std::string_view PhaseName(Phase phase) {
  for (const auto& [value, name] : kPhaseNames) {
    if (value == phase) return name;
  }
  std::unreachable();
}

std::string PrintCard(const Card& card) {
  JsonWriter json;
  json.BeginObject().Field("version", 1);
  json.Field("member", card.member.ToString()).Field("pod", card.pod).Field("node", card.node);
  json.Field("installation", card.installation);
  json.Field("phase", PhaseName(card.phase)).Field("reason", card.reason);
  json.Field("volume", VolumeKindName(card.volume)).Field("held", card.held);
  json.Field("datasetModified", card.dataset_modified);
  json.Field("term", static_cast<std::int64_t>(card.term));
  if (card.mark) {
    json.Key("mark").BeginObject();
    json.Field("replicationId", card.mark->replication_id).Field("offset", card.mark->offset);
    json.EndObject();
  }
  WriteEngine(json, card.engine);
  json.EndObject();
  return json.Take();
}

Result<Card> ParseCard(std::string_view text) {
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(text));
  const JsonView root = document.root();
  ASSIGN_OR_RETURN(const std::int64_t version, root.GetInt("version"));
  if (version != 1) return Fail(Code::kInvalidArgument, "card version {} is not known", version);
  Card card;
  ASSIGN_OR_RETURN(const std::string member, root.GetString("member"));
  ASSIGN_OR_RETURN(card.member, MemberName::Parse(member));
  ASSIGN_OR_RETURN(card.pod, root.GetString("pod"));
  ASSIGN_OR_RETURN(card.node, root.GetString("node"));
  ASSIGN_OR_RETURN(card.installation, root.GetString("installation"));
  ASSIGN_OR_RETURN(const std::string phase, root.GetString("phase"));
  ASSIGN_OR_RETURN(card.phase, ParsePhase(phase));
  ASSIGN_OR_RETURN(card.reason, root.GetString("reason"));
  ASSIGN_OR_RETURN(const std::string volume, root.GetString("volume"));
  ASSIGN_OR_RETURN(card.volume, ParseVolumeKind(volume));
  ASSIGN_OR_RETURN(card.held, root.GetBool("held"));
  ASSIGN_OR_RETURN(card.dataset_modified, root.GetInt("datasetModified"));
  if (root.Has("term")) {  // 0.1.0 did not tell it
    ASSIGN_OR_RETURN(const std::int64_t term, root.GetInt("term"));
    card.term = static_cast<std::uint64_t>(term);
  }
  if (root.Has("mark")) {
    ASSIGN_OR_RETURN(const JsonView mark, root.Get("mark"));
    card.mark.emplace();
    ASSIGN_OR_RETURN(card.mark->replication_id, mark.GetString("replicationId"));
    ASSIGN_OR_RETURN(card.mark->offset, mark.GetInt("offset"));
  }
  ASSIGN_OR_RETURN(const JsonView engine, root.Get("engine"));
  RETURN_IF_ERROR(ReadEngine(engine, card.engine));
  return card;
}

}  // namespace bowline
