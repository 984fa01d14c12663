#include "plan/common/start_parts.h"

#include <algorithm>

#include "plan/common/dataset_order.h"
#include "plan/common/sync_proof.h"

namespace bowline {
namespace {

// File times of two nodes: clocks differ a little, and an append-only file is touched once a
// second.
constexpr std::int64_t kTimeGrainSeconds = 3;

/// Without a majority a replica takes over without votes. A silent member of the shard may lead it
/// on the other side of a partition, and the take-over would end that lead, with all writes since:
/// so everybody must have been heard.
bool MayHandOver(const ShardView& view, const std::vector<MemberName>& silent) {
  return view.quorum || silent.empty();
}

StartPlan HandOverTo(const Candidate& candidate, const ShardView& view, std::string reason) {
  return {.action = StartAction::kHandOver,
          .reason = std::move(reason),
          .target = candidate.member,
          .target_position = candidate.position,
          .without_quorum = !view.quorum};
}

/// Of the shard's members with a newer dataset than ours the one with the newest; nullptr: nobody.
const Report* NewestPeer(const StartInput& input) {
  std::vector<const Report*> newer;
  for (const MemberName member : input.layout.MembersOf(input.self.shard)) {
    const auto report = input.peers.find(member);
    if (report == input.peers.end() || !IsNewer(report->second, input.volume)) continue;
    newer.push_back(&report->second);
  }
  const Report* newest = nullptr;
  for (const Report* report : NoneNewer(newer)) {
    if (newest == nullptr || CompareDatasets(*report, *newest) == History::kNewer) newest = report;
  }
  return newest;
}

/// Who was given the lead has later writes, if it took it: worth waiting longer for.
std::chrono::milliseconds Patience(const StartInput& input, const std::vector<MemberName>& silent) {
  const auto& note = input.volume.handover;
  const bool later = note && note->epoch > input.volume.Epoch();
  return later && std::ranges::contains(silent, note->to) ? kHandoverPatience : kShardPatience;
}

/// Does the dataset that `primary` has contain all of ours, as far as positions can tell?
bool ContainsOurs(const Report& primary, const VolumeFacts& self) {
  const auto theirs = PositionOf(primary);
  if (!theirs || !self.position) return true;  // nothing says otherwise
  if (self.position->in_sync && !self.position->exact)
    return false;  // killed: there may be later writes
  const History history = CompareHistories(*theirs, *self.position);
  return history == History::kSame || history == History::kNewer;
}

}  // namespace

StartPlan Wait(std::string reason) {
  return {.action = StartAction::kWait, .reason = std::move(reason)};
}

StartPlan Refuse(std::string reason) {
  return {.action = StartAction::kRefuse, .reason = std::move(reason), .warning = true};
}

std::vector<MemberName> Silent(const StartInput& input, const std::vector<MemberName>& of) {
  std::vector<MemberName> silent = Silent(input.peers, of);
  std::erase(silent, input.self);
  return silent;
}

std::vector<MemberName> Holders(const StartInput& input, const std::vector<MemberName>& of) {
  std::vector<MemberName> holders;
  for (const MemberName member : of) {
    const auto report = input.peers.find(member);
    if (member != input.self && report != input.peers.end() && report->second.HasData()) {
      holders.push_back(member);
    }
  }
  return holders;
}

std::vector<MemberName> Experienced(const StartInput& input, const std::vector<MemberName>& of) {
  std::vector<MemberName> members;
  for (const MemberName member : of) {
    const auto report = input.peers.find(member);
    if (report == input.peers.end()) continue;
    if (report->second.volume != VolumeKind::kFresh || report->second.HasData()) {
      members.push_back(member);
    }
  }
  return members;
}

Report OwnReport(const StartInput& input) {
  Report report;
  report.member = input.self;
  report.SetVolume(input.volume);
  return report;
}

StartPlan Follow(const StartInput& input, const ShardView& view, std::string_view why) {
  StartPlan plan{.action = StartAction::kFollow,
                 .reason = std::format("{} leads the shard ({})", view.primary->ToString(), why),
                 .target = view.primary,
                 .source = view.source};
  const auto primary = input.peers.find(*view.primary);
  if (input.volume.kind == VolumeKind::kData && primary != input.peers.end() &&
      !ContainsOurs(primary->second, input.volume)) {
    plan.keep_copy = true;
    plan.warning = true;
    plan.reason +=
        "; this member's dataset may have writes that the primary's has not: a copy is kept";
  }
  return plan;
}

namespace {

/// The members that may hold a newer dataset than `newest`: those that are silent, and those whose
/// engine cannot take over yet, unless their dataset is known to be no newer.
std::vector<MemberName> Awaited(const StartInput& input, MemberName newest,
                                std::vector<MemberName> silent) {
  const Report& best = input.peers.at(newest);
  for (const MemberName member : Holders(input, input.layout.MembersOf(input.self.shard))) {
    const Report& report = input.peers.at(member);
    if (CanTakeOver(report)) continue;
    const History history = CompareByHistory(report, best);
    if (history != History::kOlder && history != History::kSame) silent.push_back(member);
  }
  return silent;
}

/// This member's dataset is gone and no replica is proven to have all of it. When nobody else may
/// have more the newest one leads; else, or when the newest is known to miss writes (a person may
/// bring the dataset back), it leads after `stale_after`.
StartPlan PlanStaleReplica(const StartInput& input, const ShardView& view, const Candidate& newest,
                           const std::vector<MemberName>& silent) {
  const std::vector<MemberName> awaited = Awaited(input, newest.member, silent);
  const std::string name = newest.member.ToString();
  const SyncProof proof = ProveInSync(input.peers.at(newest.member), input.volume.position);
  if (awaited.empty() && !proof.misses) {
    StartPlan plan = HandOverTo(newest, view,
                                std::format("this member leads the shard but its dataset is gone; "
                                            "{} takes over, nobody holds a newer one ({})",
                                            name, newest.reason));
    plan.warning = true;
    return plan;
  }
  if (!silent.empty() && input.waited < kShardPatience) {
    return Wait("this member's dataset is gone; waiting to hear whether it is held by: " +
                Join(silent));
  }
  const std::string remedy = "; to let it lead at once: bowline failover --accept-loss";
  const std::string what = std::format(
      "this member's dataset is gone, and {} is not known to be in sync ({}){}", name, proof.reason,
      awaited.empty() ? "" : "; not heard or not ready: " + Join(awaited));
  if (input.stale_after.count() < 0) {
    return Wait(what + "; failover.staleAfterSeconds is -1" + remedy);
  }
  if (input.waited < input.stale_after) {
    return Wait(
        std::format("{}; it leads {} s after this start began, unless a newer one is heard{}", what,
                    input.stale_after.count(), remedy));
  }
  StartPlan plan = HandOverTo(newest, view,
                              std::format("{}; it is the newest dataset that is heard and takes "
                                          "over, the writes that it has missed are lost ({})",
                                          what, newest.reason));
  plan.warning = true;
  plan.loss = proof.misses;
  return plan;
}

}  // namespace

StartPlan PlanLostPrimary(const StartInput& input, const ShardView& view) {
  const std::vector<MemberName> shard = input.layout.MembersOf(input.self.shard);
  const std::vector<MemberName> silent = Silent(input, shard);
  if (MayHandOver(view, silent)) {
    const auto in_sync = BestInSync(input.layout, input.peers, input.self.shard, input.self,
                                    input.volume.position, view.voted_out);
    if (in_sync) {
      StartPlan plan = HandOverTo(
          *in_sync, view,
          std::format("this member leads the shard but its dataset is gone; {} takes over ({})",
                      in_sync->member.ToString(), in_sync->reason));
      plan.warning = true;
      return plan;
    }
    const auto newest = NewestReplica(input.layout, input.peers, input.self.shard, input.self);
    if (newest) return PlanStaleReplica(input, view, *newest, silent);
  }
  const std::vector<MemberName> holders = Holders(input, shard);
  if (!holders.empty()) {
    return Wait("this member's dataset is gone and " + Join(holders) +
                " holds the shard's data; waiting until it can take over");
  }
  if (!silent.empty()) {
    return Wait("this member's dataset is gone; waiting to hear whether it is held by: " +
                Join(silent));
  }
  const auto has_lived = [](const auto& peer) { return peer.second.held || peer.second.HasData(); };
  const bool first =
      input.volume.kind == VolumeKind::kSeeded ||
      (input.volume.kind == VolumeKind::kFresh && std::ranges::none_of(input.peers, has_lived));
  const std::string reason = first ? "the shard has never held data"
                                   : "no member of the shard holds data any more: starting empty";
  if (!view.primary) return {.action = StartAction::kResume, .reason = reason, .warning = !first};
  return {.action = StartAction::kLead,
          .reason = reason,
          .target = input.self,
          .source = view.source,
          .warning = !first};
}

StartPlan PlanPrimaryWithData(const StartInput& input, const ShardView& view) {
  const int shard = input.self.shard;
  const std::vector<MemberName> silent = Silent(input, input.layout.MembersOf(shard));
  if (MayHandOver(view, silent)) {
    const auto in_sync = BestInSync(input.layout, input.peers, shard, input.self,
                                    input.volume.position, view.voted_out);
    if (in_sync) {
      return HandOverTo(*in_sync, view,
                        std::format("{} is in sync and takes over at once ({})",
                                    in_sync->member.ToString(), in_sync->reason));
    }
  }
  if (const Report* newer = NewestPeer(input)) {
    const std::string name = newer->member.ToString();
    if (MayHandOver(view, silent) && CanTakeOver(*newer)) {
      return {.action = StartAction::kHandOver,
              .reason = name + " holds a newer dataset and takes over",
              .target = newer->member,
              .target_position = PositionOf(*newer),
              .without_quorum = !view.quorum};
    }
    return Wait(name + " holds a newer dataset; waiting until it can take over");
  }
  if (!silent.empty() && input.waited < Patience(input, silent)) {
    return Wait("asking who of the shard holds the newest dataset; silent: " + Join(silent));
  }
  std::string reason = "this member leads the shard and nobody holds a newer dataset";
  if (!silent.empty()) reason += " (silent: " + Join(silent) + ")";
  return {.action = StartAction::kResume, .reason = reason};
}

bool IsNewer(const Report& peer, const VolumeFacts& self) {
  if (!peer.HasData()) return false;
  const std::uint64_t theirs = EpochOf(peer);
  const std::uint64_t ours = self.Epoch();
  if (theirs != ours && theirs != 0 && ours != 0) return theirs > ours;
  if (peer.dataset_modified <= self.dataset_modified + kTimeGrainSeconds) return false;
  const bool one_history = peer.position && self.position &&
                           !self.position->replication_id.empty() &&
                           peer.position->replication_id == self.position->replication_id;
  return !one_history || peer.position->offset > self.position->offset;
}

}  // namespace bowline
