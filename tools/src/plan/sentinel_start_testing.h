#pragma once
// For tests of the start decisions only: a set of servers and sentinels as its members' cards tell
// it.

#include "plan/testing.h"

namespace bowline::testing {

constexpr MemberName ServerName(int ordinal) {
  return {.shard = 0, .ordinal = ordinal, .kind = MemberKind::kServer};
}
constexpr MemberName SentinelName(int ordinal) {
  return {.shard = 0, .ordinal = ordinal, .kind = MemberKind::kSentinel};
}

/// Three servers that run, server-0 leads; three sentinels that run and say so in epoch 3. Change
/// one thing, then ask.
class StartingSet {
 public:
  StartingSet() : addresses(Addresses(layout)) {
    for (const MemberName name : layout.MembersOf(0)) {
      Card& card = Base(name);
      card.volume = VolumeKind::kData;
      card.held = true;
      card.term = 3;
      card.dataset_modified = RunningCluster::kNow;
      card.mark = Mark(100);
      card.engine.answers = card.engine.replied = true;
      card.engine.keys = 10;
      card.engine.info.replication_id = "history";
      card.engine.info.offset = 100;
    }
    for (const MemberName name : layout.Sentinels()) Base(name).volume = VolumeKind::kSeeded;
    Lead(0, 3);
  }

  Layout layout = Layout::Sentinel(3, 3);
  AddressBook addresses;
  Cards cards;

  static ReplicationMark Mark(std::int64_t offset) {
    return {.replication_id = "history", .offset = offset, .previous_id = "", .term = 3};
  }
  Card& Server(int ordinal) { return cards.at(ServerName(ordinal)); }
  Card& Sentinel(int ordinal) { return cards.at(SentinelName(ordinal)); }

  StartingSet& Lead(int ordinal, std::uint64_t epoch) {
    for (auto& [name, card] : cards) {
      if (name.kind == MemberKind::kSentinel) {
        Name(name.ordinal, ordinal, epoch);
        continue;
      }
      card.engine.info.primary = name.ordinal == ordinal;
      card.engine.info.link_up = name.ordinal != ordinal;
      card.engine.info.primary_host = addresses.at(ServerName(ordinal)).ip;
    }
    return *this;
  }
  StartingSet& Name(int sentinel, int server, std::uint64_t epoch) {
    Card& card = Sentinel(sentinel);
    card.sentinel = SentinelSnapshot{.answers = true,
                                     .problem = {},
                                     .primary_ip = addresses.at(ServerName(server)).ip,
                                     .primary_port = 6379,
                                     .primary = ServerName(server),
                                     .epochs = {.current = epoch, .config = epoch},
                                     .replicas = {},
                                     .sentinels = {}};
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
    cards.erase(name);
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
      input.volume.dataset_modified = card->second.dataset_modified;
      input.volume.sentinel = card->second.sentinel;
      if (input.volume.sentinel) input.volume.sentinel->answers = false;
    }
    input.peers.erase(self);
    return input;
  }
  /// What a server or a sentinel in its guard does.
  [[nodiscard]] StartPlan Plan(int server) const { return PlanStart(Ask(ServerName(server))); }
  [[nodiscard]] StartPlan Watch(int sentinel) const {
    return PlanStart(Ask(SentinelName(sentinel)));
  }

 private:
  Card& Base(MemberName name) {
    Card& card = cards[name];
    card.member = name;
    card.installation = TestIdentity().installation;
    card.phase = Phase::kRunning;
    return card;
  }
};

}  // namespace bowline::testing
