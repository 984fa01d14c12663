#include "plan/volume.h"

#include <array>
#include <utility>

#include "base/json.h"

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
  if (files.dataset_bytes > 0) return VolumeKind::kData;
  if (!held) return VolumeKind::kSeeded;
  return files.dataset_modified != 0 ? VolumeKind::kData : VolumeKind::kEmptied;
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

}  // namespace

std::string PrintVolumeState(const VolumeState& state) {
  JsonWriter json(true);
  json.BeginObject()
      .Field("version", 1)
      .Field("installation", state.identity.installation)
      .Field("namespace", state.identity.name_space)
      .Field("release", state.identity.release)
      .Field("member", state.member)
      .Field("held", state.held)
      .EndObject();
  return json.Take() + "\n";
}

Result<VolumeState> ParseVolumeState(std::string_view text) {
  const auto parse = [&]() -> Result<VolumeState> {
    ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(text));
    const JsonView root = document.root();
    ASSIGN_OR_RETURN(const std::int64_t version, root.GetInt("version"));
    if (version != 1) return Fail(Code::kDataLoss, "version {} is not known", version);
    VolumeState state;
    ASSIGN_OR_RETURN(state.identity.installation, root.GetString("installation"));
    ASSIGN_OR_RETURN(state.identity.name_space, root.GetString("namespace"));
    ASSIGN_OR_RETURN(state.identity.release, root.GetString("release"));
    ASSIGN_OR_RETURN(state.member, root.GetString("member"));
    ASSIGN_OR_RETURN(state.held, root.GetBool("held"));
    return state;
  };
  auto state = parse();
  if (!state) return Fail(Code::kDataLoss, "bowline-state.json: {}", state.error().message);
  return state;
}

std::string PrintMark(const ReplicationMark& mark) {
  JsonWriter json;
  json.BeginObject()
      .Field("replicationId", mark.replication_id)
      .Field("offset", mark.offset)
      .EndObject();
  return json.Take() + "\n";
}

Result<ReplicationMark> ParseMark(std::string_view text) {
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(text));
  ReplicationMark mark;
  ASSIGN_OR_RETURN(mark.replication_id, document.root().GetString("replicationId"));
  ASSIGN_OR_RETURN(mark.offset, document.root().GetInt("offset"));
  return mark;
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
  facts.dataset_modified = files.dataset_modified;
  facts.state.identity = expected;
  facts.state.member = self.ToString();
  if (files.mark) {
    const auto mark = ParseMark(*files.mark);
    if (mark) facts.mark = *mark;  // a mark that was cut off by a power loss is no mark
  }
  if (files.state) {
    const auto state = ParseVolumeState(*files.state);
    if (!state) return Refuse(std::move(facts), state.error().message);
    const std::string foreign = Foreign(*state, expected, self);
    if (!foreign.empty()) return Refuse(std::move(facts), foreign);
    if (!state->identity.installation.empty()) facts.state = *state;
  }
  if (files.nodes_conf && !files.state) {
    return Refuse(
        std::move(facts),
        "nodes.conf is there but bowline-state.json is not: this volume was not written by "
        "this program, or a part of it was lost; restore both files, or mount an empty volume "
        "to come back as a replica");
  }
  if (files.nodes_conf) return JudgeNodesConf(std::move(facts), files, self);
  if (files.dataset_bytes > 0) {
    return Refuse(
        std::move(facts),
        std::format("a dataset of {} bytes is there, but no nodes.conf: restore nodes.conf, "
                    "or move the dataset away to start as an empty replica",
                    files.dataset_bytes));
  }
  facts.kind = VolumeKind::kFresh;
  return facts;
}

}  // namespace bowline
