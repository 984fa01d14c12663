#include "plan/volume.h"

#include <array>
#include <utility>

#include "base/json.h"
#include "plan/sentinel_conf.h"

namespace bowline {
namespace {

constexpr std::array<std::pair<VolumeKind, std::string_view>, 5> kKindNames{{
    {VolumeKind::kFresh, "fresh"},
    {VolumeKind::kSeeded, "seeded"},
    {VolumeKind::kEmptied, "emptied"},
    {VolumeKind::kData, "data"},
    {VolumeKind::kRefused, "refused"},
}};

VolumeFacts Refuse(VolumeFacts facts, std::string reason) {
  facts.kind = VolumeKind::kRefused;
  facts.reason = std::move(reason);
  return facts;
}

/// The state file must speak of this very member; empty when it does.
std::string Foreign(const VolumeState& state, const Identity& expected, MemberName self) {
  const std::string ours =
      std::format("{}/{}/{}", expected.name_space, expected.release, self.ToString());
  const std::string theirs =
      std::format("{}/{}/{}", state.identity.name_space, state.identity.release, state.member);
  if (ours == theirs) return "";
  return std::format("the volume belongs to {}, this member is {}: mount the right volume", theirs,
                     ours);
}

VolumeKind KindOf(const VolumeFiles& files, bool held) {
  if (files.dataset.bytes > 0) return VolumeKind::kData;
  if (!held) return VolumeKind::kSeeded;
  return files.dataset.modified != 0 ? VolumeKind::kData : VolumeKind::kEmptied;
}

/// nodes.conf is there: parsed, complete and ours?
VolumeFacts JudgeNodesConf(VolumeFacts facts, const VolumeFiles& files, MemberName self) {
  auto conf = ParseNodesConf(*files.nodes_conf);
  if (!conf) return Refuse(std::move(facts), "nodes.conf: " + conf.error().message);
  SettleCycles(*conf);
  const Status sound = CheckNodesConf(*conf, false);
  if (!sound) return Refuse(std::move(facts), "nodes.conf: " + sound.error().message);
  const NodeId expected = facts.state.identity.NodeIdOf(self);
  if (conf->Myself()->id != expected) {
    return Refuse(
        std::move(facts),
        std::format("nodes.conf is of node {}, this member is node {}: the file comes from "
                    "another release or member",
                    conf->Myself()->id.str(), expected.str()));
  }
  facts.conf = *std::move(conf);
  facts.kind = KindOf(files, facts.state.held);
  return facts;
}

/// Sentinel mode: the dataset and the state file are all there is.
VolumeFacts JudgeServer(VolumeFacts facts, const VolumeFiles& files) {
  if (files.nodes_conf) {
    return Refuse(std::move(facts),
                  "nodes.conf is there: this volume was of a Redis Cluster; mount an empty volume, "
                  "or install with mode=cluster");
  }
  if (files.dataset.bytes > 0 && !files.state) {
    return Refuse(std::move(facts),
                  std::format("a dataset of {} bytes is there, but no bowline-state.json: this "
                              "volume was not written by this program; move the dataset away to "
                              "start as an empty replica",
                              files.dataset.bytes));
  }
  const VolumeKind kind = KindOf(files, facts.state.held);
  facts.kind = kind == VolumeKind::kSeeded ? VolumeKind::kFresh : kind;
  return facts;
}

/// A sentinel's volume holds no data, only a memory that the other sentinels have, too.
VolumeFacts JudgeSentinel(VolumeFacts facts, const VolumeFiles& files, MemberName self) {
  facts.kind = VolumeKind::kFresh;
  if (!files.sentinel_conf) return facts;
  auto saved = ParseSavedSentinel(*files.sentinel_conf, files.addresses.value_or(""));
  const std::string expected = facts.state.identity.NodeIdOf(self).str();
  if (!saved) {
    facts.reason = "sentinel.conf: " + saved.error().message;
  } else if (saved->id != expected) {
    facts.reason = std::format(
        "sentinel.conf is of sentinel {}, this one is {}: it comes from another release or member",
        saved->id, expected);
  } else {
    facts.kind = VolumeKind::kSeeded;
    facts.sentinel = std::move(saved->snapshot);
  }
  return facts;
}

}  // namespace

std::string PrintVolumeState(const VolumeState& state) {
  JsonWriter json(true);
  json.BeginObject().Field("version", 1);
  WriteIdentity(json, state.identity);
  json.Field("member", state.member).Field("held", state.held).EndObject();
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
    return state;
  };
  auto state = parse();
  if (!state) return Fail(Code::kDataLoss, "bowline-state.json: {}", state.error().message);
  return state;
}

void WriteMark(JsonWriter& json, const ReplicationMark& mark) {
  json.BeginObject()
      .Field("replicationId", mark.replication_id)
      .Field("offset", mark.offset)
      .Field("previousId", mark.previous_id)
      .Field("previousOffset", mark.previous_offset)
      .Field("term", static_cast<std::int64_t>(mark.term))
      .Field("exact", mark.exact);
  if (mark.in_sync) {
    json.Key("inSync").BeginArray();
    for (const MemberName member : *mark.in_sync) json.String(member.ToString());
    json.EndArray();
  }
  json.EndObject();
}

Result<ReplicationMark> ReadMark(const JsonView& object) {
  ReplicationMark mark;
  ASSIGN_OR_RETURN(mark.replication_id, object.GetString("replicationId"));
  ASSIGN_OR_RETURN(mark.offset, object.GetInt("offset"));
  ASSIGN_OR_RETURN(mark.previous_id, object.GetStringOr("previousId", ""));
  ASSIGN_OR_RETURN(mark.previous_offset, object.GetIntOr("previousOffset", -1));
  ASSIGN_OR_RETURN(const std::int64_t term, object.GetIntOr("term", 0));
  mark.term = static_cast<std::uint64_t>(term);
  ASSIGN_OR_RETURN(mark.exact, object.GetBoolOr("exact", false));
  if (!object.Has("inSync")) return mark;
  ASSIGN_OR_RETURN(const JsonView list, object.Get("inSync"));
  ASSIGN_OR_RETURN(const std::vector<JsonView> names, list.AsArray());
  mark.in_sync.emplace();
  for (const JsonView& name : names) {
    ASSIGN_OR_RETURN(const std::string text, name.AsString());
    ASSIGN_OR_RETURN(const MemberName member, MemberName::Parse(text));
    mark.in_sync->push_back(member);
  }
  return mark;
}

std::string PrintMark(const ReplicationMark& mark) {
  JsonWriter json;
  WriteMark(json, mark);
  return json.Take() + "\n";
}

Result<ReplicationMark> ParseMark(std::string_view text) {
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(text));
  return ReadMark(document.root());
}

void WriteHandoverNote(JsonWriter& json, const HandoverNote& note) {
  json.BeginObject().Field("to", note.to.ToString());
  json.Field("term", static_cast<std::int64_t>(note.term));
  json.Field("minReplicas", note.min_replicas).EndObject();
}

Result<HandoverNote> ReadHandoverNote(const JsonView& object) {
  HandoverNote note;
  ASSIGN_OR_RETURN(const std::string to, object.GetString("to"));
  ASSIGN_OR_RETURN(note.to, MemberName::Parse(to));
  ASSIGN_OR_RETURN(const std::int64_t term, object.GetInt("term"));
  note.term = static_cast<std::uint64_t>(term);
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

History CompareHistories(const ReplicationMark& first, const ReplicationMark& second) {
  if (first.replication_id.empty() || second.replication_id.empty()) return History::kUnknown;
  if (first.replication_id == second.replication_id) {
    if (first.offset == second.offset) return History::kSame;
    return first.offset > second.offset ? History::kNewer : History::kOlder;
  }
  // second_repl_offset is the first offset that is no longer of the previous history.
  const auto went_past = [](const ReplicationMark& old, const ReplicationMark& promoted) {
    return old.offset >= promoted.previous_offset;
  };
  const bool first_later = first.previous_offset >= 0 && first.previous_id == second.replication_id;
  const bool second_later =
      second.previous_offset >= 0 && second.previous_id == first.replication_id;
  if (first_later && second_later) return History::kUnknown;  // not of this world
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

VolumeFacts JudgeVolume(const VolumeFiles& files, const Identity& expected, MemberName self) {
  VolumeFacts facts;
  facts.dataset = files.dataset;
  if (files.dataset.action == DatasetAction::kBroken) {
    facts.damage = DatasetDamage{.what = files.dataset.reason};
  }
  facts.dataset_modified = files.dataset.modified;
  facts.state.identity = expected;
  facts.state.member = self.ToString();
  if (files.mark) {
    const auto mark = ParseMark(*files.mark);
    if (mark) facts.mark = *mark;  // a mark that was cut off by a power loss is no mark
  }
  if (files.handover) {
    const auto note = ParseHandoverNote(*files.handover);
    if (note) facts.handover = *note;
  }
  if (files.state) {
    const auto state = ParseVolumeState(*files.state);
    if (!state) return Refuse(std::move(facts), state.error().message);
    const std::string foreign = Foreign(*state, expected, self);
    if (!foreign.empty()) return Refuse(std::move(facts), foreign);
    if (!state->identity.installation.empty()) facts.state = *state;
  }
  if (self.kind == MemberKind::kSentinel) return JudgeSentinel(std::move(facts), files, self);
  if (self.kind == MemberKind::kServer) return JudgeServer(std::move(facts), files);
  if (files.nodes_conf && !files.state) {
    return Refuse(
        std::move(facts),
        "nodes.conf is there but bowline-state.json is not: this volume was not written by "
        "this program, or a part of it was lost; restore both files, or mount an empty volume "
        "to come back as a replica");
  }
  if (files.nodes_conf) return JudgeNodesConf(std::move(facts), files, self);
  if (files.dataset.bytes > 0) {
    return Refuse(
        std::move(facts),
        std::format("a dataset of {} bytes is there, but no nodes.conf: restore nodes.conf, "
                    "or move the dataset away to start as an empty replica",
                    files.dataset.bytes));
  }
  facts.kind = VolumeKind::kFresh;
  return facts;
}

}  // namespace bowline
