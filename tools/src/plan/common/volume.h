#pragma once
// What a member's data volume holds, and what we keep on it ourselves (bowline-state.json).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/nodes_conf.h"
#include "model/sentinel_info.h"
#include "plan/common/dataset_files.h"

namespace bowline {

class JsonView;
class ModeRules;
class JsonWriter;

/// bowline-state.json on the data volume: who this volume belongs to. Written once per decision,
/// durable.
struct VolumeState {
  Identity identity;   ///< installation empty: not decided yet
  std::string member;  ///< "shard-0-1"
  bool held = false;   ///< has held keys since its volume was fresh (or emptied)
  /// What this member last ran as; empty: an earlier version has not noted it.
  std::string engine;  ///< "redis", "valkey"
  std::string mode;    ///< "cluster", "sentinel", "standalone"
  bool operator==(const VolumeState&) const = default;
};
std::string PrintVolumeState(const VolumeState& state);
/// kDataLoss for anything but a complete document of version 1.
Result<VolumeState> ParseVolumeState(std::string_view text);

/// bowline-mark.json on the data volume: where replication stood about a second ago. Survives the
/// process, not always a power cut; only ever used to compare members.
struct ReplicationPosition {
  std::string replication_id;
  std::int64_t offset = 0;
  std::string previous_id;            ///< the history before the last promotion
  std::int64_t previous_offset = -1;  ///< where that history ended; -1: there was none
  std::uint64_t epoch = 0;            ///< sentinel mode: config epoch of the primary; 0: unknown
  /// Of a primary: the replicas that followed it without a gap at that moment
  /// (plan/common/sync_proof.h); empty optional: a replica's position, or one of an earlier
  /// version.
  std::optional<std::vector<MemberName>> in_sync = std::nullopt;
  bool exact = false;  ///< noted in the stop: no later write was acknowledged
  bool operator==(const ReplicationPosition&) const = default;
};
std::string PrintPosition(const ReplicationPosition& position);
Result<ReplicationPosition> ParsePosition(std::string_view text);
/// The same as part of another document.
void WritePosition(JsonWriter& json, const ReplicationPosition& position);
Result<ReplicationPosition> ReadPosition(const JsonView& object);

/// bowline-handover.json on the data volume, sentinel mode: to whom this member has given the lead.
/// Written just before the other one is promoted, so that it is known even if everybody ends before
/// a sentinel has heard of it. From then on the other one's dataset is of `epoch`.
struct HandoverNote {
  MemberName to;
  std::uint64_t epoch = 0;  ///< config epoch that the sentinels are told
  /// min-replicas-to-write of this member's engine before the handover set it to 0, to be restored
  /// if nothing comes of the handover; 0 also in notes of earlier versions.
  std::int64_t min_replicas = 0;
  bool operator==(const HandoverNote&) const = default;
};
std::string PrintHandoverNote(const HandoverNote& note);
/// kInvalidArgument for anything but a complete note.
Result<HandoverNote> ParseHandoverNote(std::string_view text);
/// The same as part of another document.
void WriteHandoverNote(JsonWriter& json, const HandoverNote& note);
Result<HandoverNote> ReadHandoverNote(const JsonView& object);

/// Two datasets, by what is known of their histories.
enum class History {
  kSame,      ///< one history, as far as both went
  kNewer,     ///< the first one has all of the second one, and more
  kOlder,     ///< the other way round
  kDiverged,  ///< each has what the other one has not
  kUnknown,   ///< nothing connects them
};
/// A position is up to a second old, so kSame and kNewer are true of what both had then.
History CompareHistories(const ReplicationPosition& first, const ReplicationPosition& second);

enum class VolumeKind {
  kFresh,    ///< no nodes.conf, no dataset: a first start, or a lost volume
  kSeeded,   ///< nodes.conf is there, but the shard's data never was
  kEmptied,  ///< held the data once, no dataset file is there now (also: persistence off)
  kData,     ///< nodes.conf and a dataset
  kRefused,  ///< something is there that cannot be trusted: touched by nobody
};
/// "fresh", "seeded", "emptied", "data", "refused".
std::string_view VolumeKindName(VolumeKind kind);
Result<VolumeKind> ParseVolumeKind(std::string_view text);

/// What was read from the volume, before any judgement. Absent and unreadable are different.
struct VolumeFiles {
  std::optional<std::string> nodes_conf;     ///< cluster mode
  std::optional<std::string> sentinel_conf;  ///< of a sentinel
  std::optional<std::string> addresses;      ///< of a sentinel: what its file's addresses mean
  std::optional<std::string> state;
  std::optional<std::string> position;
  std::optional<std::string> handover;
  DatasetPlan dataset;
};

/// A volume, judged.
struct VolumeFacts {
  VolumeKind kind = VolumeKind::kFresh;
  std::string reason;  ///< of a refusal: what, why, what to do
  std::optional<NodesConf> conf;
  VolumeState state;
  std::optional<ReplicationPosition> position;
  std::optional<HandoverNote> handover;
  std::int64_t dataset_modified = 0;
  std::optional<DatasetDamage> damage;
  DatasetPlan dataset;  ///< what the engine will load, and what must be done before
  /// Of a sentinel: what it had saved when it ended.
  std::optional<SentinelSnapshot> sentinel;

  /// Of the dataset; 0: unknown.
  [[nodiscard]] std::uint64_t Epoch() const {
    if (conf) return LeadEpoch(*conf);
    return position ? position->epoch : 0;
  }
};

/// Judges a volume for `self`, whose names are `expected` (its installation part may be empty:
/// unknown). Never fails: what cannot be trusted is kRefused with the reason. A sentinel's file
/// that cannot be read is not refused: `reason` says what is wrong with it, and the others know all
/// that was in it.
VolumeFacts JudgeVolume(const VolumeFiles& files, const Identity& expected, MemberName self,
                        const ModeRules& rules);

/// For the modes' rules: as kRefused, with the reason; kSeeded, kEmptied or kData by the dataset
/// and by whether the volume has `held` keys.
VolumeFacts RefuseVolume(VolumeFacts facts, std::string reason);
VolumeKind KindOfDataset(const VolumeFiles& files, bool held);

}  // namespace bowline
