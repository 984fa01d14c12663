#include "plan/common/volume.h"

#include <array>
#include <utility>

#include "base/json.h"
#include "plan/common/mode_rules.h"

namespace bowline {
namespace {

constexpr std::array<std::pair<VolumeKind, std::string_view>, 5> kKindNames{{
    {VolumeKind::kFresh, "fresh"},
    {VolumeKind::kSeeded, "seeded"},
    {VolumeKind::kEmptied, "emptied"},
    {VolumeKind::kData, "data"},
    {VolumeKind::kRefused, "refused"},
}};

/// Of whom the state file speaks, when that is not this very member.
std::optional<std::string> Foreign(const VolumeState& state, const Identity& expected,
                                   MemberName self) {
  const std::string ours =
      std::format("{}/{}/{}", expected.name_space, expected.release, self.ToString());
  const std::string theirs =
      std::format("{}/{}/{}", state.identity.name_space, state.identity.release, state.member);
  if (ours == theirs) return std::nullopt;
  return std::format("the volume belongs to {}, this member is {}: mount the right volume", theirs,
                     ours);
}

}  // namespace

std::string PrintVolumeState(const VolumeState& state) {
  JsonWriter json(true);
  json.BeginObject().Field("version", 1);
  WriteIdentity(json, state.identity);
  json.Field("member", state.member).Field("held", state.held);
  if (!state.engine.empty()) json.Field("engine", state.engine);
  if (!state.mode.empty()) json.Field("mode", state.mode);
  json.EndObject();
  return json.Take() + "\n";
}

Result<VolumeState> ParseVolumeState(std::string_view text) {
  const auto parse = [&]() -> Result<VolumeState> {
    ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(text));
    const JsonView root = document.root();
    ASSIGN_OR_RETURN(const std::int64_t version, root.GetInt("version"));
    if (version != 1) return Fail(Code::kDataLoss, "version {} is not known", version);
    VolumeState state;
    ASSIGN_OR_RETURN(state.identity, ReadIdentity(root));
    ASSIGN_OR_RETURN(state.member, root.GetString("member"));
    ASSIGN_OR_RETURN(state.held, root.GetBool("held"));
    ASSIGN_OR_RETURN(state.engine, root.GetStringOr("engine", ""));
    ASSIGN_OR_RETURN(state.mode, root.GetStringOr("mode", ""));
    return state;
  };
  auto state = parse();
  if (!state) return Fail(Code::kDataLoss, "bowline-state.json: {}", state.error().message);
  return state;
}

void WritePosition(JsonWriter& json, const ReplicationPosition& position) {
  json.BeginObject()
      .Field("replicationId", position.replication_id)
      .Field("offset", position.offset)
      .Field("previousId", position.previous_id)
      .Field("previousOffset", position.previous_offset)
      .Field("term", static_cast<std::int64_t>(position.epoch))
      .Field("exact", position.exact);
  if (position.in_sync) WriteMembers(json, "inSync", *position.in_sync);
  json.EndObject();
}

Result<ReplicationPosition> ReadPosition(const JsonView& object) {
  ReplicationPosition position;
  ASSIGN_OR_RETURN(position.replication_id, object.GetString("replicationId"));
  ASSIGN_OR_RETURN(position.offset, object.GetInt("offset"));
  ASSIGN_OR_RETURN(position.previous_id, object.GetStringOr("previousId", ""));
  ASSIGN_OR_RETURN(position.previous_offset, object.GetIntOr("previousOffset", -1));
  ASSIGN_OR_RETURN(const std::int64_t epoch, object.GetIntOr("term", 0));
  position.epoch = static_cast<std::uint64_t>(epoch);
  ASSIGN_OR_RETURN(position.exact, object.GetBoolOr("exact", false));
  if (!object.Has("inSync")) return position;
  ASSIGN_OR_RETURN(position.in_sync, ReadMembers(object, "inSync"));
  return position;
}

std::string PrintPosition(const ReplicationPosition& position) {
  JsonWriter json;
  WritePosition(json, position);
  return json.Take() + "\n";
}

Result<ReplicationPosition> ParsePosition(std::string_view text) {
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(text));
  return ReadPosition(document.root());
}

void WriteHandoverNote(JsonWriter& json, const HandoverNote& note) {
  json.BeginObject().Field("to", note.to.ToString());
  json.Field("term", static_cast<std::int64_t>(note.epoch));
  json.Field("minReplicas", note.min_replicas).EndObject();
}

Result<HandoverNote> ReadHandoverNote(const JsonView& object) {
  HandoverNote note;
  ASSIGN_OR_RETURN(const std::string to, object.GetString("to"));
  ASSIGN_OR_RETURN(note.to, MemberName::Parse(to));
  ASSIGN_OR_RETURN(const std::int64_t epoch, object.GetInt("term"));
  note.epoch = static_cast<std::uint64_t>(epoch);
  ASSIGN_OR_RETURN(note.min_replicas, object.GetIntOr("minReplicas", 0));
  return note;
}

std::string PrintHandoverNote(const HandoverNote& note) {
  JsonWriter json;
  WriteHandoverNote(json, note);
  return json.Take() + "\n";
}

Result<HandoverNote> ParseHandoverNote(std::string_view text) {
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(text));
  return ReadHandoverNote(document.root());
}

History CompareHistories(const ReplicationPosition& first, const ReplicationPosition& second) {
  if (first.replication_id.empty() || second.replication_id.empty()) return History::kUnknown;
  if (first.replication_id == second.replication_id) {
    if (first.offset == second.offset) return History::kSame;
    return first.offset > second.offset ? History::kNewer : History::kOlder;
  }
  // second_repl_offset is the first offset that is no longer of the previous history.
  const auto went_past = [](const ReplicationPosition& old, const ReplicationPosition& promoted) {
    return old.offset >= promoted.previous_offset;
  };
  const bool first_later = first.previous_offset >= 0 && first.previous_id == second.replication_id;
  const bool second_later =
      second.previous_offset >= 0 && second.previous_id == first.replication_id;
  if (first_later && second_later) return History::kUnknown;  // cannot be
  if (first_later) return went_past(second, first) ? History::kDiverged : History::kNewer;
  if (second_later) return went_past(first, second) ? History::kDiverged : History::kOlder;
  if (first.previous_offset >= 0 && second.previous_offset >= 0 &&
      first.previous_id == second.previous_id) {
    return History::kDiverged;  // two members were promoted from one history
  }
  return History::kUnknown;
}

std::string_view VolumeKindName(VolumeKind kind) {
  for (const auto& [value, name] : kKindNames) {
    if (value == kind) return name;
  }
  std::unreachable();
}

Result<VolumeKind> ParseVolumeKind(std::string_view text) {
  for (const auto& [value, name] : kKindNames) {
    if (name == text) return value;
  }
  return Fail(Code::kInvalidArgument, "volume kind \"{}\" is not known", text);
}

VolumeFacts RefuseVolume(VolumeFacts facts, std::string reason) {
  facts.kind = VolumeKind::kRefused;
  facts.reason = std::move(reason);
  return facts;
}

VolumeKind KindOfDataset(const VolumeFiles& files, bool held) {
  if (files.dataset.bytes > 0) return VolumeKind::kData;
  if (!held) return VolumeKind::kSeeded;
  return files.dataset.modified != 0 ? VolumeKind::kData : VolumeKind::kEmptied;
}

VolumeFacts JudgeVolume(const VolumeFiles& files, const Identity& expected, MemberName self,
                        const ModeRules& rules) {
  VolumeFacts facts;
  facts.dataset = files.dataset;
  if (files.dataset.action == DatasetAction::kBroken) {
    facts.damage = DatasetDamage{.what = files.dataset.reason};
  }
  facts.dataset_modified = files.dataset.modified;
  facts.state.identity = expected;
  facts.state.member = self.ToString();
  if (files.position) {
    const auto position = ParsePosition(*files.position);
    if (position)
      facts.position = *position;  // a position that was cut off by a power loss is no position
  }
  if (files.handover) {
    const auto note = ParseHandoverNote(*files.handover);
    if (note) facts.handover = *note;
  }
  if (files.state) {
    const auto state = ParseVolumeState(*files.state);
    if (!state) return RefuseVolume(std::move(facts), state.error().message);
    const auto foreign = Foreign(*state, expected, self);
    if (foreign) return RefuseVolume(std::move(facts), *foreign);
    if (!state->identity.installation.empty()) facts.state = *state;
  }
  return rules.JudgeFiles(std::move(facts), files, self);
}

}  // namespace bowline
