#pragma once
// For tests of the start decisions only: a running set whose members restart and forget.

#include "plan/sentinel/rules.h"
#include "testing/plan/running_set.h"

namespace bowline::testing {

/// As RunningSet, in epoch 3, with volumes. Change one thing, then ask.
class StartingSet : public RunningSet {
 public:
  StartingSet() {
    for (const MemberName name : layout.MembersOf(0)) {
      Report& report = Of(name);
      report.epoch = 3;
      report.dataset_modified = RunningCluster::kNow;
      report.position = Position(100);
      report.engine.info.offset = 100;
    }
    for (const MemberName name : layout.Sentinels()) Of(name).volume = VolumeKind::kSeeded;
    Lead(0, 3);
  }

  static ReplicationPosition Position(std::int64_t offset) {
    return {.replication_id = "history", .offset = offset, .previous_id = "", .epoch = 3};
  }
  Report& Server(int ordinal) { return Of(ServerName(ordinal)); }
  Report& Sentinel(int ordinal) { return Of(SentinelName(ordinal)); }

  StartingSet& Lead(int ordinal, std::uint64_t epoch) {
    RunningSet::Lead(ServerName(ordinal));
    for (const MemberName name : layout.Sentinels()) Name(name.ordinal, ordinal, epoch);
    return *this;
  }
  StartingSet& Name(int sentinel, int server, std::uint64_t epoch) {
    RunningSet::Name(SentinelName(sentinel), ServerName(server));
    SentinelSnapshot& view = ViewOf(SentinelName(sentinel));
    view.answers = true;
    view.epochs = {.current = epoch, .config = epoch};
    return *this;
  }
  StartingSet& Guard(int server, VolumeKind volume = VolumeKind::kData) {
    Report& report = Server(server);
    report.phase = Phase::kGuard;
    report.volume = volume;
    report.held = volume == VolumeKind::kData || volume == VolumeKind::kEmptied;
    report.engine = {};
    if (volume != VolumeKind::kData) {
      report.epoch = 0;
      report.position.reset();
      report.dataset_modified = 0;
    }
    for (auto& [name, other] : reports) {
      EngineInfo& info = other.engine.info;
      if (info.primary_host != addresses.at(ServerName(server)).ip || !info.link_up) continue;
      info.link_up = false;
      info.link_down_seconds = 1;
    }
    return *this;
  }
  StartingSet& Forget(int sentinel) {
    Report& report = Sentinel(sentinel);
    report.phase = Phase::kGuard;
    report.volume = VolumeKind::kFresh;
    report.sentinel = SentinelSnapshot{};
    return *this;
  }
  StartingSet& ForgetAll() { return Forget(0).Forget(1).Forget(2); }
  StartingSet& Silence(MemberName name) {
    RunningSet::Silence(name);
    return *this;
  }

  [[nodiscard]] StartInput Ask(MemberName self) const {
    StartInput input{.layout = layout,
                     .self = self,
                     .addresses = addresses,
                     .volume = {},
                     .peers = reports,
                     .record_installation = std::nullopt,
                     .waited = std::chrono::hours(1),
                     .recover_from = std::nullopt};
    input.volume.state.identity = TestIdentity();
    input.volume.state.member = self.ToString();
    const auto report = reports.find(self);
    if (report != reports.end()) {
      input.volume.kind = report->second.volume;
      input.volume.state.held = report->second.held;
      input.volume.position = report->second.position;
      input.volume.handover = report->second.handover;
      input.volume.dataset_modified = report->second.dataset_modified;
      input.volume.sentinel = report->second.sentinel;
      if (input.volume.sentinel) input.volume.sentinel->answers = false;
    }
    input.peers.erase(self);
    return input;
  }
  /// What a server or a sentinel in its guard does.
  [[nodiscard]] StartPlan Plan(int server) const {
    return PlanStart(Ask(ServerName(server)), SentinelRules());
  }
  [[nodiscard]] StartPlan Watch(int sentinel) const {
    return PlanStart(Ask(SentinelName(sentinel)), SentinelRules());
  }
};

}  // namespace bowline::testing
