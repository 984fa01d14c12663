#pragma once
// For tests only: a running cluster as its members' cards tell it, and volumes, built in one line
// and changed in one more.

#include <format>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "plan/common/start.h"
#include "testing/model.h"

namespace bowline::testing {

inline constexpr MemberName k00{.shard = 0, .ordinal = 0};
inline constexpr MemberName k01{.shard = 0, .ordinal = 1};
inline constexpr MemberName k02{.shard = 0, .ordinal = 2};
inline constexpr MemberName k10{.shard = 1, .ordinal = 0};
inline constexpr MemberName k11{.shard = 1, .ordinal = 1};
inline constexpr MemberName k20{.shard = 2, .ordinal = 0};
inline constexpr MemberName k21{.shard = 2, .ordinal = 1};

/// The member's node id in the installation of the tests; derived once, as digests are slow under
/// sanitizers.
inline const NodeId& IdOf(MemberName member) {
  static std::map<MemberName, NodeId> ids;
  const auto [entry, missing] = ids.try_emplace(member);
  if (missing) entry->second = TestIdentity().NodeIdOf(member);
  return entry->second;
}

/// What CLUSTER NODES of `self` says: the file's lines without the last one.
inline std::string ViewText(NodesConf conf, MemberName self) {
  const NodeId& id = IdOf(self);
  for (NodeLine& line : conf.lines) line.myself = line.id == id;
  const std::string text = PrintNodesConf(conf);
  return text.substr(0, text.find("vars "));
}

/// Moves the lead of a member's shard to it, with the next epoch.
inline void Promote(NodesConf& conf, const Layout& layout, MemberName member) {
  NodeLine& next = *conf.Find(IdOf(member));
  next.config_epoch = ++conf.current_epoch;
  next.role = NodeRole::kPrimary;
  next.primary = NodeId();
  for (const MemberName other : layout.MembersOf(member.shard)) {
    if (other == member) continue;
    NodeLine& line = *conf.Find(IdOf(other));
    next.slots.insert(next.slots.end(), line.slots.begin(), line.slots.end());
    line.slots.clear();
    line.role = NodeRole::kReplica;
    line.primary = next.id;
  }
}

/// Of a member that runs and, unless it is a sentinel, holds data.
inline Card RunningCard(MemberName member) {
  Card card;
  card.member = member;
  card.pod = "demo-" + member.ToString();
  card.node = std::format("node-{}", member.ordinal);
  card.revision = "pods-7d4b9c";
  card.installation = TestIdentity().installation;
  card.phase = Phase::kRunning;
  card.engine.replied = true;
  if (member.kind == MemberKind::kSentinel) return card;
  card.volume = VolumeKind::kData;
  card.held = card.engine.answers = true;
  card.engine.info.replication_id = "history";
  card.engine.info.offset = 1000;
  card.engine.keys = 10;
  return card;
}

/// A cluster in which everybody runs, holds data and is in sync. Change one thing, then ask.
class RunningCluster {
 public:
  explicit RunningCluster(const Layout& shape = {}) : layout(shape), conf(Seeded(shape)) {
    for (const MemberName member : layout.Members()) {
      Card& card = cards[member] = RunningCard(member);
      card.dataset_modified = kNow;
      card.engine.cluster.state_ok = true;
      card.engine.cluster.slots_ok = kSlotCount;
    }
    Refresh();
  }

  static constexpr std::int64_t kNow = 1'800'000'000;

  Layout layout;
  NodesConf conf;  ///< what every member sees
  Cards cards;

  Card& Of(MemberName member) { return cards.at(member); }

  RunningCluster& Lead(MemberName member) {
    Promote(conf, layout, member);
    Refresh();
    return *this;
  }
  /// The member does not answer at all.
  RunningCluster& Silence(MemberName member) {
    cards.erase(member);
    for (auto& [name, card] : cards) {
      if (name.shard == member.shard) BreakLinkTo(card, member);
    }
    return *this;
  }
  RunningCluster& SilenceAll() {
    cards.clear();
    return *this;
  }
  /// The member decides how to start: its engine does not run.
  RunningCluster& Guard(MemberName member, VolumeKind volume) {
    Card& card = Of(member);
    card.phase = Phase::kGuard;
    card.volume = volume;
    card.held = volume == VolumeKind::kData || volume == VolumeKind::kEmptied;
    card.engine = {};
    if (volume != VolumeKind::kData) card.dataset_modified = 0;
    for (auto& [name, other] : cards) {
      if (name.shard == member.shard) BreakLinkTo(other, member);
    }
    return *this;
  }
  RunningCluster& GuardAll(VolumeKind volume) {
    for (const MemberName member : layout.Members()) {
      if (cards.contains(member)) Guard(member, volume);
    }
    return *this;
  }
  /// As before a first start: nobody knows an installation.
  RunningCluster& Unfounded() {
    GuardAll(VolumeKind::kFresh);
    for (auto& [member, card] : cards) card.installation.clear();
    return *this;
  }

  /// `self` asks: everybody's card but its own.
  [[nodiscard]] StartInput Ask(MemberName self, VolumeFacts volume) const {
    StartInput input{.layout = layout,
                     .self = self,
                     .volume = std::move(volume),
                     .peers = cards,
                     .record_installation = std::nullopt,
                     .waited = std::chrono::milliseconds(0)};
    input.peers.erase(self);
    return input;
  }

  /// A volume of `self`, in this cluster, with the roles that the cluster has now.
  [[nodiscard]] VolumeFacts Volume(MemberName self, VolumeKind kind) const {
    VolumeFacts volume;
    volume.kind = kind;
    volume.state.identity = TestIdentity();
    volume.state.member = self.ToString();
    if (kind == VolumeKind::kRefused) volume.reason = "nodes.conf: cut";
    if (kind == VolumeKind::kFresh || kind == VolumeKind::kRefused) return volume;
    volume.conf = conf;
    for (NodeLine& line : volume.conf->lines) {
      line.myself = line.id == IdOf(self);
    }
    volume.state.held = kind != VolumeKind::kSeeded;
    if (kind == VolumeKind::kData) {
      volume.dataset_modified = kNow;
      volume.mark = ReplicationMark{.replication_id = "history", .offset = 1000};
    }
    return volume;
  }
  /// A fresh volume before any installation is known.
  [[nodiscard]] static VolumeFacts Unknown(MemberName self) {
    VolumeFacts volume;
    volume.state.identity = TestIdentity();
    volume.state.identity.installation.clear();
    volume.state.member = self.ToString();
    return volume;
  }

  /// Writes the cards' engines anew from `conf`.
  void Refresh() {
    for (auto& [member, card] : cards) {
      if (card.phase != Phase::kRunning) continue;
      const NodeLine& line = *conf.Find(IdOf(member));
      card.engine.info.primary = line.role == NodeRole::kPrimary;
      card.engine.info.link_up = !card.engine.info.primary;
      card.engine.view = ViewText(conf, member);
      card.engine.cluster.current_epoch = conf.current_epoch;
      card.engine.cluster.known_nodes = static_cast<int>(conf.lines.size());
    }
  }

 private:
  static const NodesConf& Seeded(const Layout& shape) {
    static std::map<std::pair<int, int>, NodesConf> files;
    NodesConf& file = files[{shape.shards, shape.replicas_per_shard}];
    if (file.lines.empty()) file = MustSeed(shape);
    return file;
  }

  void BreakLinkTo(Card& card, MemberName member) {
    const NodeLine& line = *conf.Find(IdOf(card.member));
    if (line.primary != IdOf(member) || !card.engine.info.link_up) return;
    card.engine.info.link_up = false;
    card.engine.info.link_down_seconds = 1;
  }
};

}  // namespace bowline::testing
