#pragma once
// For tests only: members that start by PlanStart, with engines reduced to what matters here: an
// engine's own role wins, the higher epoch wins the slots, a replica becomes a copy of its primary,
// and nobody is promoted unless asked to.

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "plan/cluster/rules.h"
#include "testing/plan/running_cluster.h"

namespace bowline::testing {

/// One member of the simulation.
struct SimMember {
  MemberName name;
  VolumeFacts volume;
  int data = 0;   ///< the dataset's version; 0: none
  int up_at = 0;  ///< the round in which its pod answers
  bool running = false;
  bool linked = false;  ///< was in sync in this life
  NodesConf conf;       ///< the running engine's
  int looks = 0;
  std::string waits;  ///< why it did not start at its last look
};

class Simulation {
  struct Decision {
    MemberName member;
    Reports reports;  ///< what it was made from: others may have acted since
    StartPlan plan;
  };

 public:
  Simulation(const Layout& shape, unsigned seed) : layout(shape), random(seed) {
    for (const MemberName name : layout.Members()) {
      SimMember& member = members[name];
      member.name = name;
      member.volume = RunningCluster::Unknown(name);
    }
  }

  Layout layout;
  std::mt19937 random;
  std::map<MemberName, SimMember> members;
  bool with_record = false;  ///< the release may use the API
  std::string record;
  int round = 0;
  std::vector<std::string> violations;
  std::vector<std::string> history;

  SimMember& Of(MemberName name) { return members.at(name); }
  int Below(int bound) { return static_cast<int>(random() % static_cast<unsigned>(bound)); }

  /// Everybody starts, in random order, all looking at the same moment now and then; true when all
  /// run.
  bool Run(int rounds = 60) {
    for (; round < rounds; ++round) {
      std::vector<Decision> plans;
      for (auto& [name, member] : members) {
        if (member.running || member.up_at > round || Below(3) == 0) continue;
        ++member.looks;
        StartInput input = InputOf(member);
        StartPlan plan = PlanStart(input, ClusterRules());
        plans.push_back({name, std::move(input.peers), std::move(plan)});
      }
      std::ranges::shuffle(plans, random);
      for (const Decision& decision : plans) Act(decision);
      if (std::ranges::all_of(members, [](const auto& m) { return m.second.running; })) return true;
    }
    return false;
  }

  /// One primary for each shard by everybody's own word, all others its replicas.
  [[nodiscard]] bool Settled() const {
    for (int shard = 0; shard < layout.shards; ++shard) {
      NodeId leader;
      int leaders = 0;
      for (const MemberName name : layout.MembersOf(shard)) {
        const NodeLine& self = *members.at(name).conf.Myself();
        if (self.role != NodeRole::kPrimary) continue;
        ++leaders;
        if (!self.slots.empty()) leader = self.id;
      }
      if (leaders != 1 || leader.empty()) return false;
      for (const MemberName name : layout.MembersOf(shard)) {
        const NodeLine& self = *members.at(name).conf.Myself();
        if (self.role == NodeRole::kReplica && self.primary != leader) return false;
      }
    }
    return true;
  }

  [[nodiscard]] MemberName LeaderOf(int shard) const {
    for (const MemberName name : layout.MembersOf(shard)) {
      const SimMember& member = members.at(name);
      if (member.running && member.conf.Myself()->role == NodeRole::kPrimary) return name;
    }
    return {.shard = -1, .ordinal = -1};
  }
  [[nodiscard]] int Newest(int shard) const {
    int newest = 0;
    for (const MemberName name : layout.MembersOf(shard)) {
      newest = std::max(newest, members.at(name).data);
    }
    return newest;
  }

  /// The process dies and its container starts again, with the volume as it was left.
  static void Restart(SimMember& member) {
    if (member.running) {
      member.volume.conf = member.conf;
      member.volume.kind = member.data > 0            ? VolumeKind::kData
                           : member.volume.state.held ? VolumeKind::kEmptied
                                                      : VolumeKind::kSeeded;
      member.volume.state.held = member.volume.state.held || member.data > 0;
    }
    SetData(member, member.data);
    member.running = member.linked = false;
    member.looks = 0;
  }

  /// Gives the member a dataset, with file times and a position that say how new it is.
  static void SetData(SimMember& member, int version) {
    member.data = version;
    member.volume.dataset_modified =
        version == 0 ? 0 : RunningCluster::kNow + std::int64_t{10} * version;
    member.volume.position.reset();
    if (version != 0) {
      member.volume.position = ReplicationPosition{.replication_id = "history", .offset = version};
    }
  }

  [[nodiscard]] std::string Story() const {
    std::string text;
    for (const std::string& line : history) text += line + "\n";
    for (const auto& [name, member] : members) {
      text += std::format("{}: {} {}\n", name.ToString(),
                          member.running ? "runs" : "waits: " + member.waits, member.data);
    }
    for (const std::string& violation : violations) text += "VIOLATION " + violation + "\n";
    return text;
  }

 private:
  [[nodiscard]] StartInput InputOf(const SimMember& self) const {
    StartInput input{.layout = layout,
                     .self = self.name,
                     .volume = self.volume,
                     .peers = {},
                     .record_installation = std::nullopt,
                     .waited = std::chrono::milliseconds(150 * self.looks)};
    if (with_record) input.record_installation = record;
    for (const auto& [name, member] : members) {
      if (name != self.name && member.up_at <= round) input.peers[name] = ReportOf(member);
    }
    return input;
  }

  [[nodiscard]] Report ReportOf(const SimMember& member) const {
    Report report;
    report.member = member.name;
    report.SetVolume(member.volume);
    report.phase = member.running ? Phase::kRunning : Phase::kGuard;
    if (!member.running) return report;
    const NodeLine& self = *member.conf.Myself();
    report.engine.answers = report.engine.replied = true;
    report.engine.info.primary = self.role == NodeRole::kPrimary;
    report.engine.info.replication_id = "history";
    report.engine.info.offset = member.data;
    report.engine.info.link_up = !report.engine.info.primary && PrimaryOf(member) != nullptr;
    if (!report.engine.info.link_up && member.linked) report.engine.info.link_down_seconds = 1;
    report.engine.keys = member.data;
    report.engine.view = ViewOf(member.conf, member.name);
    report.engine.cluster.current_epoch = member.conf.current_epoch;
    return report;
  }

  [[nodiscard]] const SimMember* PrimaryOf(const SimMember& replica) const {
    for (const auto& [name, member] : members) {
      if (member.running && member.conf.Myself()->id == replica.conf.Myself()->primary &&
          member.conf.Myself()->role == NodeRole::kPrimary) {
        return &member;
      }
    }
    return nullptr;
  }

  void Act(const Decision& decision) {
    SimMember& self = Of(decision.member);
    const StartPlan& plan = decision.plan;
    self.waits = plan.reason;
    std::string story = std::format("{} {} {}: {}", round, self.name.ToString(),
                                    StartActionName(plan.action), plan.reason);
    if (history.empty() || plan.action != StartAction::kWait) history.push_back(std::move(story));
    switch (plan.action) {
      case StartAction::kWait:
      case StartAction::kRefuse:
        return;
      case StartAction::kFound:
        if (with_record && !record.empty()) return Adopt(self, record);
        record = TestIdentity().installation;
        return Adopt(self, record);
      case StartAction::kAdopt:
        return Adopt(self, plan.installation);
      case StartAction::kHandOver:
        return TakeOver(Of(*plan.target), plan.without_quorum);
      case StartAction::kSeed:
      case StartAction::kResume:
      case StartAction::kFollow:
      case StartAction::kLead:
        return Start(self, decision);
    }
  }

  static void Adopt(SimMember& self, const std::string& installation) {
    self.volume.state.identity.installation = installation;
  }

  /// What Guard::WriteConf does, then the engine starts.
  void Start(SimMember& self, const Decision& decision) {
    const StartPlan& plan = decision.plan;
    const Identity& identity = self.volume.state.identity;
    const AddressBook book = Addresses(layout);
    Result<NodesConf> conf = NodesConf();
    if (plan.action == StartAction::kSeed) {
      conf = SeedNodesConf(layout, identity, book, self.name);
    } else if (plan.action == StartAction::kResume) {
      conf = *self.volume.conf;
      Readdress(*conf, identity, book);
    } else {
      const EngineSnapshot& source = decision.reports.at(*plan.source).engine;
      conf = NodesConfFromView(source.view.Conf(), source.cluster.current_epoch, identity, book,
                               self.name, *plan.target);
    }
    if (!conf || !CheckNodesConf(*conf, false)) {
      history.push_back("  not written: " + (conf ? "unsound" : conf.error().message));
      return;
    }
    if (self.volume.kind != VolumeKind::kData) self.volume.state.held = false;
    self.conf = *std::move(conf);
    self.running = true;
    Gossip();
  }

  void TakeOver(SimMember& target, bool without_quorum) {
    if (!target.running || target.conf.Myself()->role == NodeRole::kPrimary) return;
    if (!without_quorum && !Majority()) return;
    for (const auto& [name, member] : members) {
      if (member.running) {
        target.conf.current_epoch = std::max(target.conf.current_epoch, member.conf.current_epoch);
      }
    }
    const auto slots = SplitSlots(layout.shards)[static_cast<std::size_t>(target.name.shard)];
    for (NodeLine& line : target.conf.lines) std::erase(line.slots, slots);
    NodeLine& line = *target.conf.Myself();
    line.slots = {slots};
    line.role = NodeRole::kPrimary;
    line.primary = NodeId();
    line.config_epoch = ++target.conf.current_epoch;
    Gossip();
  }

  [[nodiscard]] bool Majority() const {
    int running = 0;
    for (int shard = 0; shard < layout.shards; ++shard) running += LeaderOf(shard).shard >= 0;
    return running * 2 > layout.shards;
  }

  void Gossip() {
    for (std::size_t i = 0; i < 4; ++i) {
      for (auto& [to, hearer] : members) {
        for (auto& [from, teller] : members) {
          if (to != from && hearer.running && teller.running) Hear(hearer, teller);
        }
      }
    }
    Replicate();
  }

  void Hear(SimMember& hearer, SimMember& teller) {
    const NodeLine& truth = *teller.conf.Myself();
    hearer.conf.current_epoch = std::max(hearer.conf.current_epoch, teller.conf.current_epoch);
    const NodeLine& self = *hearer.conf.Myself();
    if (truth.primary == self.id && self.primary == truth.id) {
      violations.push_back(hearer.name.ToString() + " and " + teller.name.ToString() +
                           " are replicas of each other");
    }
    if (hearer.conf.Find(truth.id) == nullptr) {
      hearer.conf.lines.push_back(truth);
      hearer.conf.lines.back().myself = false;
      hearer.conf.lines.back().slots.clear();
    }
    NodeLine& line = *hearer.conf.Find(truth.id);
    line.role = truth.role;
    line.primary = truth.primary;
    if (truth.role == NodeRole::kReplica) {
      line.slots.clear();
      return;
    }
    line.config_epoch = truth.config_epoch;
    if (!truth.slots.empty()) Claim(hearer, teller);
  }

  /// The teller says that it leads: true for the hearer, unless it knows a higher epoch; then the
  /// teller learns that.
  static void Claim(SimMember& hearer, SimMember& teller) {
    const NodeLine truth = *teller.conf.Myself();
    for (NodeLine& line : hearer.conf.lines) {
      if (line.id == truth.id || line.slots != truth.slots) continue;
      if (line.config_epoch > truth.config_epoch) return Depose(teller, line);
      if (line.config_epoch == truth.config_epoch) {
        NodeLine& mine = *teller.conf.Myself();
        mine.config_epoch = ++teller.conf.current_epoch;
        return;
      }
      line.slots.clear();
      NodeLine& self = *hearer.conf.Myself();
      if (line.id == self.id || self.primary == line.id) {
        self.role = NodeRole::kReplica;
        self.primary = truth.id;
      }
    }
    hearer.conf.Find(truth.id)->slots = truth.slots;
  }

  static void Depose(SimMember& member, const NodeLine& winner) {
    if (member.conf.Find(winner.id) == nullptr) return;
    NodeLine& self = *member.conf.Myself();
    NodeLine& leader = *member.conf.Find(winner.id);
    leader.role = NodeRole::kPrimary;
    leader.primary = NodeId();
    leader.config_epoch = winner.config_epoch;
    leader.slots = self.slots;
    self.slots.clear();
    self.role = NodeRole::kReplica;
    self.primary = winner.id;
  }

  void Replicate() {
    for (auto& [name, replica] : members) {
      if (!replica.running || replica.conf.Myself()->role != NodeRole::kReplica) continue;
      const SimMember* primary = PrimaryOf(replica);
      if (primary == nullptr) continue;
      if (primary->data < replica.data) {
        violations.push_back(std::format("{} had version {} and copies {} from {}", name.ToString(),
                                         replica.data, primary->data, primary->name.ToString()));
      }
      SetData(replica, primary->data);
      replica.linked = true;
      replica.volume.state.held = replica.volume.state.held || replica.data > 0;
    }
  }
};

}  // namespace bowline::testing
