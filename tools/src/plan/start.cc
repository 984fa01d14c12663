#include "plan/start.h"

#include <utility>

#include "plan/candidate.h"

namespace bowline {
namespace {

// File times of two nodes: clocks differ a little, and an append-only file is touched once a
// second.
constexpr std::int64_t kTimeGrainSeconds = 3;
// A replica that lost its link longer ago than this may have missed writes of the primary's last
// life.
constexpr std::int64_t kInSyncSeconds = 60;

std::string Join(const std::vector<MemberName>& members) {
  std::string text;
  for (const MemberName member : members) {
    if (!text.empty()) text += ", ";
    text += member.ToString();
  }
  return text;
}

StartPlan Wait(std::string reason) {
  return {.action = StartAction::kWait, .reason = std::move(reason)};
}

StartPlan Refuse(std::string reason) {
  return {.action = StartAction::kRefuse, .reason = std::move(reason), .warning = true};
}

std::vector<MemberName> Silent(const StartInput& input, const std::vector<MemberName>& of) {
  std::vector<MemberName> silent;
  for (const MemberName member : of) {
    if (member != input.self && !input.peers.contains(member)) silent.push_back(member);
  }
  return silent;
}

std::vector<MemberName> Holders(const StartInput& input, const std::vector<MemberName>& of) {
  std::vector<MemberName> holders;
  for (const MemberName member : of) {
    const auto card = input.peers.find(member);
    if (member != input.self && card != input.peers.end() && card->second.HasData()) {
      holders.push_back(member);
    }
  }
  return holders;
}

/// Who has lived: a nodes.conf from an earlier life, data, or a volume that cannot be judged.
std::vector<MemberName> Experienced(const StartInput& input, const std::vector<MemberName>& of) {
  std::vector<MemberName> members;
  for (const MemberName member : of) {
    const auto card = input.peers.find(member);
    if (card == input.peers.end()) continue;
    if (card->second.volume != VolumeKind::kFresh || card->second.HasData()) {
      members.push_back(member);
    }
  }
  return members;
}

/// Two installations that hear each other must never mix.
std::optional<StartPlan> ForeignInstallation(const StartInput& input) {
  std::string known = input.volume.state.identity.installation;
  for (const auto& [member, card] : input.peers) {
    if (card.installation.empty()) continue;
    if (known.empty()) known = card.installation;
    if (card.installation != known) {
      return Refuse(std::format(
          "{} belongs to installation {}, not to {}: volumes of two installations are mixed; mount "
          "the volumes of one installation only",
          member.ToString(), card.installation, known));
    }
  }
  return std::nullopt;
}

/// The installation's id is not on our volume: somebody knows it, or this is a first start.
StartPlan PlanIdentity(const StartInput& input) {
  for (const auto& [member, card] : input.peers) {
    if (card.installation.empty()) continue;
    return {.action = StartAction::kAdopt,
            .reason = std::format("{} knows the installation", member.ToString()),
            .installation = card.installation};
  }
  if (input.record_installation && !input.record_installation->empty()) {
    return {.action = StartAction::kAdopt,
            .reason = "the release's record knows the installation",
            .installation = *input.record_installation};
  }
  const std::vector<MemberName> members = input.layout.Members();
  const std::vector<MemberName> silent = Silent(input, members);
  if (!silent.empty()) {
    return Wait(
        "a first start needs to hear from all members, to tell it from a lost volume; "
        "silent: " +
        Join(silent));
  }
  const std::vector<MemberName> known = Experienced(input, members);
  if (!known.empty()) {
    return Wait("no member knows the installation, and these volumes are not fresh: " +
                Join(known));
  }
  if (input.self == members.front()) {
    return {.action = StartAction::kFound,
            .reason = "all members were heard and none has ever held data"};
  }
  return Wait("first start: waiting for " + members.front().ToString() +
              " to found the installation");
}

/// Without a majority a replica takes over without votes. A silent member of the shard may lead it
/// on the other side of a partition, and the take-over would end that lead, with all writes since:
/// so everybody must have been heard.
bool MayHandOver(const ShardView& view, const std::vector<MemberName>& silent) {
  return view.quorum || silent.empty();
}

/// We are the shard's primary by the cluster's word (or by our own file) and hold nothing: a
/// replica with data must lead first. Starting empty as primary would empty every replica
/// (facts/cluster.md 4a).
StartPlan PlanLostPrimary(const StartInput& input, const ShardView& view) {
  const std::vector<MemberName> shard = input.layout.MembersOf(input.self.shard);
  const std::vector<MemberName> silent = Silent(input, shard);
  const auto candidate =
      BestCandidate(input.layout, input.peers, input.self.shard, input.self, false);
  if (candidate && MayHandOver(view, silent)) {
    return {
        .action = StartAction::kHandOver,
        .reason = std::format("this member leads the shard but its dataset is gone; {} takes over "
                              "({})",
                              candidate->member.ToString(), candidate->reason),
        .target = candidate->member,
        .without_quorum = !view.quorum,
        .warning = true};
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
  const bool first =
      input.volume.kind == VolumeKind::kSeeded ||
      (input.volume.kind == VolumeKind::kFresh && Holders(input, input.layout.Members()).empty());
  const std::string reason = first ? "the shard has never held data"
                                   : "no member of the shard holds data any more: starting empty";
  if (!view.primary) return {.action = StartAction::kResume, .reason = reason, .warning = !first};
  return {.action = StartAction::kLead,
          .reason = reason,
          .target = input.self,
          .source = view.source,
          .warning = !first};
}

StartPlan Follow(const ShardView& view, std::string_view why) {
  return {.action = StartAction::kFollow,
          .reason = std::format("{} leads the shard ({})", view.primary->ToString(), why),
          .target = view.primary,
          .source = view.source};
}

/// No nodes.conf here, the installation is known: a lost volume, or the middle of a first start.
StartPlan PlanFresh(const StartInput& input, const ShardView& view) {
  if (view.quorum && view.primary == input.self) return PlanLostPrimary(input, view);
  if (view.quorum && view.primary) return Follow(view, "this volume is fresh");
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
  if (view.primary) return Follow(view, "this volume is fresh, and all members were heard");
  const std::vector<MemberName> known = Experienced(input, members);
  if (!known.empty()) {
    // Their files have the roles, which need not be those of the first layout any more: two
    // replicas of each other hang redis (facts/cluster.md 1c).
    return Wait("this volume is fresh; waiting for those that have a nodes.conf: " + Join(known));
  }
  return {.action = StartAction::kSeed, .reason = "no member has ever held data"};
}

/// Did this replica have everything when its primary, we, ended?
bool WasInSync(const StartInput& input, MemberName member) {
  const Card& card = input.peers.at(member);
  const EngineInfo& info = card.engine.info;
  if (!info.link_up && info.link_down_seconds < 0) return false;  // no link in this process's life
  const auto& mark = input.volume.mark;
  if (mark && mark->replication_id == info.replication_id) return info.offset >= mark->offset;
  return info.link_up || info.link_down_seconds <= kInSyncSeconds;
}

/// We lead the shard by our own file, and nobody leads it in our place; our dataset is here.
StartPlan PlanPrimaryWithData(const StartInput& input, const ShardView& view) {
  const int shard = input.self.shard;
  const std::vector<MemberName> silent = Silent(input, input.layout.MembersOf(shard));
  auto candidate = BestCandidate(input.layout, input.peers, shard, input.self, false);
  if (!MayHandOver(view, silent)) candidate.reset();
  if (candidate && WasInSync(input, candidate->member)) {
    return {.action = StartAction::kHandOver,
            .reason = std::format("{} is in sync and takes over at once ({})",
                                  candidate->member.ToString(), candidate->reason),
            .target = candidate->member,
            .without_quorum = !view.quorum};
  }
  for (const MemberName member : input.layout.MembersOf(shard)) {
    const auto card = input.peers.find(member);
    if (card == input.peers.end() || !IsNewer(card->second, input.volume)) continue;
    if (candidate && candidate->member == member) {
      return {.action = StartAction::kHandOver,
              .reason = member.ToString() + " holds a newer dataset and takes over",
              .target = member,
              .without_quorum = !view.quorum};
    }
    return Wait(member.ToString() + " holds a newer dataset; waiting until it can take over");
  }
  if (!silent.empty() && input.waited < kShardPatience) {
    return Wait("asking who of the shard holds the newest dataset; silent: " + Join(silent));
  }
  std::string reason = "this member leads the shard and nobody holds a newer dataset";
  if (!silent.empty()) reason += " (silent: " + Join(silent) + ")";
  return {.action = StartAction::kResume, .reason = reason};
}

StartPlan PlanKnown(const StartInput& input, const ShardView& view) {
  const bool has_data = input.volume.kind == VolumeKind::kData;
  const NodeLine& myself = *input.volume.conf->Myself();
  if (view.quorum && view.primary && view.primary != input.self) {
    return Follow(view, "a majority of primaries runs");
  }
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

/// A running member's term is that of its engine's view, another's that of its file.
std::uint64_t TermOf(const Card& card) {
  if (!card.engine.answers || card.engine.view.empty()) return card.term;
  const auto view = ParseClusterNodes(card.engine.view);
  return view ? LeadEpoch(*view) : card.term;
}

}  // namespace

std::string_view StartActionName(StartAction action) {
  switch (action) {
    case StartAction::kWait:
      return "wait";
    case StartAction::kRefuse:
      return "refuse";
    case StartAction::kFound:
      return "found";
    case StartAction::kAdopt:
      return "adopt";
    case StartAction::kSeed:
      return "seed";
    case StartAction::kResume:
      return "resume";
    case StartAction::kFollow:
      return "follow";
    case StartAction::kLead:
      return "lead";
    case StartAction::kHandOver:
      return "hand over";
  }
  std::unreachable();
}

bool IsNewer(const Card& peer, const VolumeFacts& self) {
  if (!peer.HasData()) return false;
  const std::uint64_t theirs = TermOf(peer);
  const std::uint64_t ours = self.conf ? LeadEpoch(*self.conf) : 0;
  if (theirs != ours && theirs != 0 && ours != 0) return theirs > ours;
  if (peer.dataset_modified <= self.dataset_modified + kTimeGrainSeconds) return false;
  const bool one_history =
      peer.mark && self.mark && peer.mark->replication_id == self.mark->replication_id;
  return !one_history || peer.mark->offset > self.mark->offset;
}

StartPlan PlanStart(const StartInput& input) {
  const VolumeFacts& volume = input.volume;
  if (volume.kind == VolumeKind::kRefused) return Refuse(volume.reason);
  if (auto foreign = ForeignInstallation(input)) return *foreign;
  if (volume.state.identity.installation.empty()) return PlanIdentity(input);
  const ShardView view =
      ViewOfShard(input.layout, volume.state.identity, input.peers, input.self.shard);
  if (volume.kind == VolumeKind::kFresh) return PlanFresh(input, view);
  return PlanKnown(input, view);
}

}  // namespace bowline
