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
      Card& card = Of(name);
      card.term = 3;
      card.dataset_modified = RunningCluster::kNow;
      card.mark = Mark(100);
      card.engine.info.offset = 100;
    }
    for (const MemberName name : layout.Sentinels()) Of(name).volume = VolumeKind::kSeeded;
    Lead(0, 3);
  }

  static ReplicationMark Mark(std::int64_t offset) {
    return {.replication_id = "history", .offset = offset, .previous_id = "", .term = 3};
  }
  Card& Server(int ordinal) { return Of(ServerName(ordinal)); }
  Card& Sentinel(int ordinal) { return Of(SentinelName(ordinal)); }

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
    Card& card = Server(server);
    card.phase = Phase::kGuard;
    card.volume = volume;
    card.held = volume == VolumeKind::kData || volume == VolumeKind::kEmptied;
    card.engine = {};
    if (volume != VolumeKind::kData) {
      card.term = 0;
      card.mark.reset();
      card.dataset_modified = 0;
    }
    for (auto& [name, other] : cards) {
      EngineInfo& info = other.engine.info;
      if (info.primary_host != addresses.at(ServerName(server)).ip || !info.link_up) continue;
      info.link_up = false;
      info.link_down_seconds = 1;
    }
    return *this;
  }
  StartingSet& Forget(int sentinel) {
    Card& card = Sentinel(sentinel);
    card.phase = Phase::kGuard;
    card.volume = VolumeKind::kFresh;
    card.sentinel = SentinelSnapshot{};
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
                     .peers = cards,
                     .record_installation = std::nullopt,
                     .waited = std::chrono::hours(1),
                     .recover_from = std::nullopt};
    input.volume.state.identity = TestIdentity();
    input.volume.state.member = self.ToString();
    const auto card = cards.find(self);
    if (card != cards.end()) {
      input.volume.kind = card->second.volume;
      input.volume.state.held = card->second.held;
      input.volume.mark = card->second.mark;
      input.volume.handover = card->second.handover;
      input.volume.dataset_modified = card->second.dataset_modified;
      input.volume.sentinel = card->second.sentinel;
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
