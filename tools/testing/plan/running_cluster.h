#pragma once
// For tests only: a running cluster as its members' reports tell it, and volumes, built in one line
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
inline NodesView ViewOf(NodesConf conf, MemberName self) {
  const NodeId& id = IdOf(self);
  for (NodeLine& line : conf.lines) line.myself = line.id == id;
  const std::string text = PrintNodesConf(conf);
  return NodesView(std::string_view(text).substr(0, text.find("vars ")));
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
inline Report RunningReport(MemberName member) {
  Report report;
  report.member = member;
  report.pod = "demo-" + member.ToString();
  report.node = std::format("node-{}", member.ordinal);
  report.revision = "pods-7d4b9c";
  report.installation = TestIdentity().installation;
  report.phase = Phase::kRunning;
  report.engine.replied = true;
  if (member.kind == MemberKind::kSentinel) return report;
  report.volume = VolumeKind::kData;
  report.held = report.engine.answers = true;
  report.engine.info.replication_id = "history";
  report.engine.info.offset = 1000;
  report.engine.keys = 10;
  return report;
}

/// A cluster in which everybody runs, holds data and is in sync. Change one thing, then ask.
class RunningCluster {
 public:
  explicit RunningCluster(const Layout& shape = {}) : layout(shape), conf(Seeded(shape)) {
    for (const MemberName member : layout.Members()) {
      Report& report = reports[member] = RunningReport(member);
      report.dataset_modified = kNow;
      report.engine.cluster.state_ok = true;
      report.engine.cluster.slots_ok = kSlotCount;
    }
    Refresh();
  }

  static constexpr std::int64_t kNow = 1'800'000'000;

  Layout layout;
  NodesConf conf;  ///< what every member sees
  Reports reports;

  Report& Of(MemberName member) { return reports.at(member); }

  RunningCluster& Lead(MemberName member) {
    Promote(conf, layout, member);
    Refresh();
    return *this;
  }
  /// The member does not answer at all.
  RunningCluster& Silence(MemberName member) {
    reports.erase(member);
    for (auto& [name, report] : reports) {
      if (name.shard == member.shard) BreakLinkTo(report, member);
    }
    return *this;
  }
  RunningCluster& SilenceAll() {
    reports.clear();
    return *this;
  }
  /// The member decides how to start: its engine does not run.
  RunningCluster& Guard(MemberName member, VolumeKind volume) {
    Report& report = Of(member);
    report.phase = Phase::kGuard;
    report.volume = volume;
    report.held = volume == VolumeKind::kData || volume == VolumeKind::kEmptied;
    report.engine = {};
    if (volume != VolumeKind::kData) report.dataset_modified = 0;
    for (auto& [name, other] : reports) {
      if (name.shard == member.shard) BreakLinkTo(other, member);
    }
    return *this;
  }
  RunningCluster& GuardAll(VolumeKind volume) {
    for (const MemberName member : layout.Members()) {
      if (reports.contains(member)) Guard(member, volume);
    }
    return *this;
  }
  /// As before a first start: nobody knows an installation.
  RunningCluster& Unfounded() {
    GuardAll(VolumeKind::kFresh);
    for (auto& [member, report] : reports) report.installation.clear();
    return *this;
  }

  /// `self` asks: everybody's report but its own.
  [[nodiscard]] StartInput Ask(MemberName self, VolumeFacts volume) const {
    StartInput input{.layout = layout,
                     .self = self,
                     .volume = std::move(volume),
                     .peers = reports,
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
      volume.position = ReplicationPosition{.replication_id = "history", .offset = 1000};
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

  /// Writes the reports' engines anew from `conf`.
  void Refresh() {
    for (auto& [member, report] : reports) {
      if (report.phase != Phase::kRunning) continue;
      const NodeLine& line = *conf.Find(IdOf(member));
      report.engine.info.primary = line.role == NodeRole::kPrimary;
      report.engine.info.link_up = !report.engine.info.primary;
      report.engine.view = ViewOf(conf, member);
      report.engine.cluster.current_epoch = conf.current_epoch;
      report.engine.cluster.known_nodes = static_cast<int>(conf.lines.size());
    }
  }

 private:
  static const NodesConf& Seeded(const Layout& shape) {
    static std::map<std::pair<int, int>, NodesConf> files;
    NodesConf& file = files[{shape.shards, shape.replicas_per_shard}];
    if (file.lines.empty()) file = MustSeed(shape);
    return file;
  }

  void BreakLinkTo(Report& report, MemberName member) {
    const NodeLine& line = *conf.Find(IdOf(report.member));
    if (line.primary != IdOf(member) || !report.engine.info.link_up) return;
    report.engine.info.link_up = false;
    report.engine.info.link_down_seconds = 1;
  }
};

}  // namespace bowline::testing
