#include "plan/cluster/start.h"

#include <format>

#include "plan/cluster/cluster_view.h"
#include "plan/common/start_parts.h"

namespace bowline {
namespace {

/// No nodes.conf here, the installation is known: a lost volume, or the middle of a first start.
StartPlan PlanFresh(const StartInput& input, const ShardView& view) {
  if (view.quorum && view.primary == input.self) return PlanLostPrimary(input, view);
  if (view.quorum && view.primary) return Follow(input, view, "this volume is fresh");
  if (view.quorum) {
    return Wait(std::format("shard {} is not part of the running cluster yet", input.self.shard));
  }
  const std::vector<MemberName> members = input.layout.Members();
  const std::vector<MemberName> silent = Silent(input, members);
  if (!silent.empty()) {
    return Wait("this volume is fresh; waiting to hear from: " + Join(silent));
  }
  // Everybody was heard, so nobody leads the shard by a later epoch than the one that is told.
  if (view.primary == input.self) return PlanLostPrimary(input, view);
  if (view.primary) return Follow(input, view, "this volume is fresh, and all members were heard");
  const std::vector<MemberName> known = Experienced(input, members);
  if (!known.empty()) {
    // Their files have the roles, which need not be those of the first layout any more: two
    // replicas of each other hang redis (facts/cluster.md 1c).
    return Wait("this volume is fresh; waiting for those that have a nodes.conf: " + Join(known));
  }
  return {.action = StartAction::kSeed, .reason = "no member has ever held data"};
}

/// Without a majority: another member of the shard has taken over, all of the shard were heard and
/// none tells a later epoch. Without this a member would have its replicas take over in turn.
std::optional<StartPlan> FollowTakenOver(const StartInput& input, const ShardView& view) {
  if (view.quorum || !view.primary || view.primary == input.self) return std::nullopt;
  if (!Silent(input, input.layout.MembersOf(input.self.shard)).empty()) return std::nullopt;
  const auto primary = input.peers.find(*view.primary);
  if (primary == input.peers.end() || !primary->second.RunsAsPrimary()) return std::nullopt;
  if (view.config_epoch <= LeadEpoch(*input.volume.conf)) return std::nullopt;
  return Follow(input, view, "it has a later epoch, and all of the shard were heard");
}

StartPlan PlanKnown(const StartInput& input, const ShardView& view) {
  const bool has_data = input.volume.kind == VolumeKind::kData;
  const NodeLine& myself = *input.volume.conf->Myself();
  if (view.quorum && view.primary && view.primary != input.self) {
    return Follow(input, view, "a majority of primaries runs");
  }
  if (const auto led = FollowTakenOver(input, view)) return *led;
  const bool leads_by_file = myself.role == NodeRole::kPrimary && !myself.slots.empty();
  const bool leads_by_view = view.quorum && view.primary == input.self;
  if (!leads_by_file && leads_by_view) {
    // The cluster promoted us and our file missed it.
    if (!has_data) return PlanLostPrimary(input, view);
    return {.action = StartAction::kLead,
            .reason = "a majority says that this member leads its shard; the own file is older",
            .target = input.self,
            .source = view.source};
  }
  if (!leads_by_file)
    return {.action = StartAction::kResume, .reason = "a replica by its own file"};
  if (!has_data) return PlanLostPrimary(input, view);
  return PlanPrimaryWithData(input, view);
}

}  // namespace

StartPlan PlanClusterStart(const StartInput& input) {
  const VolumeFacts& volume = input.volume;
  const ShardView view =
      ViewOfShard(input.layout, volume.state.identity, input.peers, input.self.shard);
  if (volume.kind == VolumeKind::kFresh) return PlanFresh(input, view);
  return PlanKnown(input, view);
}

}  // namespace bowline
