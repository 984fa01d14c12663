#pragma once
// For tests only: servers and sentinels that start by PlanStart, in a world with faults.

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "plan/sentinel/may_be_promoted.h"
#include "plan/sentinel/quorum_view.h"
#include "plan/sentinel/rules.h"
#include "testing/plan/sentinel_sim_members.h"

namespace bowline::testing {

class SentinelSimulation {
 public:
  SentinelSimulation(int server_count, int sentinel_count, unsigned seed)
      : layout(Layout::Sentinel(server_count, sentinel_count)),
        addresses(Addresses(layout)),
        random_(seed) {
    for (const MemberName name : layout.MembersOf(0)) {
      servers[name].name = name;
      servers[name].volume = RunningCluster::Unknown(name);
    }
    for (const MemberName name : layout.Sentinels()) {
      SimSentinel& sentinel = sentinels[name];
      sentinel.name = name;
      sentinel.volume = RunningCluster::Unknown(name);
    }
  }

  Layout layout;
  AddressBook addresses;
  std::map<MemberName, SimServer> servers;
  std::map<MemberName, SimSentinel> sentinels;
  std::optional<MemberName> recover_from;
  bool append_only = true;  ///< a restarted primary begins a history of its own
  int dropped = 0;          ///< of 10 reports, how many do not arrive
  std::chrono::milliseconds waited = std::chrono::hours(1);  ///< of those in their guards
  std::vector<std::string> violations;
  std::vector<std::string> story;

  int Below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }

  SimServer& Server(int ordinal) { return servers.at(ServerName(ordinal)); }
  SimSentinel& Sentinel(int ordinal) { return sentinels.at(SentinelName(ordinal)); }

  /// One round: those in their guards decide, all by the same moment; then the world goes on.
  void Step() {
    std::vector<std::pair<MemberName, StartPlan>> plans;
    std::vector<std::pair<MemberName, StartPlan>> watches;
    for (const auto& [name, server] : servers) {
      if (server.up && !server.running && Below(3) != 0) plans.emplace_back(name, Plan(server));
    }
    for (const auto& [name, sentinel] : sentinels) {
      if (!sentinel.up || sentinel.running || Below(3) == 0) continue;
      watches.emplace_back(name, Plan(sentinel));
    }
    for (auto& [name, server] : servers) {
      if (!server.up || !server.running || !server.passive) continue;
      server.passive = !MayBePromoted(layout, Ask(name, server.volume).peers, ReportOf(server),
                                      server.follows, waited);
    }
    for (auto& [name, plan] : watches) Act(sentinels.at(name), plan);
    std::ranges::shuffle(plans, random_);
    for (auto& [name, plan] : plans) Act(servers.at(name), plan);
    Gossip();
    Watch();
    Replicate();
  }
  void Steps(int rounds) {
    for (int i = 0; i < rounds; ++i) Step();
  }
  /// Everybody is up and heard; true when all run and agree, in less than `rounds`.
  bool Settle(int rounds = 60) {
    dropped = 0;
    for (auto& [name, server] : servers) server.up = true;
    for (auto& [name, sentinel] : sentinels) sentinel.up = true;
    for (int i = 0; i < rounds && !Settled(); ++i) Step();
    return Settled();
  }
  [[nodiscard]] bool Settled() const {
    const SimServer* primary = Primary();
    if (primary == nullptr) return false;
    for (const auto& [name, server] : servers) {
      if (!server.running || server.writes != primary->writes) return false;
      if (&server != primary && (server.primary || server.follows != primary->name)) return false;
    }
    return std::ranges::all_of(sentinels, [&](const auto& entry) {
      return entry.second.running && entry.second.word.primary == primary->name;
    });
  }
  /// The one that runs as primary; nullptr: none or several.
  [[nodiscard]] const SimServer* Primary() const {
    const SimServer* primary = nullptr;
    for (const auto& [name, server] : servers) {
      if (!server.Leads()) continue;
      if (primary != nullptr) return nullptr;
      primary = &server;
    }
    return primary;
  }

  /// Clients write to whom the sentinels name.
  void Write() {
    const auto named = Named();
    if (!named || !servers.at(*named).Leads()) return;
    Append(servers.at(*named));
  }
  void Append(SimServer& server) {
    server.writes.push_back(++last_write_);
    server.volume.state.held = true;
    server.volume.position->offset = std::ssize(server.writes);
    server.volume.dataset_modified = RunningCluster::kNow + ++clock_;
  }

  void Kill(SimServer& server) {
    Note(server.name, "dies");
    server.up = server.running = server.primary = server.linked = server.passive = false;
    server.copied = false;
    server.volume.kind = !server.writes.empty()     ? VolumeKind::kData
                         : server.volume.state.held ? VolumeKind::kEmptied
                                                    : VolumeKind::kFresh;
  }
  void Kill(SimSentinel& sentinel) {
    Note(sentinel.name, "dies");
    sentinel.up = sentinel.running = false;
  }
  void KillAll() {
    for (auto& [name, server] : servers) Kill(server);
    for (auto& [name, sentinel] : sentinels) Kill(sentinel);
  }
  /// A new, empty volume; `emptied`: the same volume without its dataset.
  void Lose(SimServer& server, bool emptied = false) {
    Kill(server);
    Note(server.name, emptied ? "is emptied" : "loses its volume");
    const bool held = server.volume.state.held;
    server.volume = RunningCluster::Unknown(server.name);
    server.writes.clear();
    if (!emptied || !held) return;
    server.volume.kind = VolumeKind::kEmptied;
    server.volume.state.identity = TestIdentity();
    server.volume.state.held = true;
  }
  void Lose(SimSentinel& sentinel) {
    Kill(sentinel);
    Note(sentinel.name, "loses its volume");
    sentinel.volume = RunningCluster::Unknown(sentinel.name);
    sentinel.word = {};
  }

  [[nodiscard]] std::string Story() const {
    std::string text;
    for (const std::string& line : story) text += line + "\n";
    for (const auto& [name, server] : servers) text += Describe(server);
    for (const auto& [name, sentinel] : sentinels) text += Describe(sentinel);
    for (const std::string& violation : violations) text += "VIOLATION " + violation + "\n";
    return text;
  }

 private:
  void Note(MemberName name, std::string_view what) {
    if (told_[name] == what) return;
    told_[name] = what;
    story.push_back(std::format("{}: {}", name.ToString(), what));
  }
  void Violate(MemberName name, std::string_view what) {
    violations.push_back(std::format("{} {}", name.ToString(), what));
    Note(name, violations.back());
  }

  StartInput Ask(MemberName self, const VolumeFacts& volume) {
    StartInput input{.layout = layout,
                     .self = self,
                     .addresses = addresses,
                     .volume = volume,
                     .peers = {},
                     .record_installation = std::nullopt,
                     .waited = waited,
                     .recover_from = recover_from};
    for (const auto& [name, server] : servers) {
      if (name != self && server.up && Below(10) >= dropped) input.peers[name] = ReportOf(server);
    }
    for (const auto& [name, sentinel] : sentinels) {
      if (name != self && sentinel.up && Below(10) >= dropped)
        input.peers[name] = testing::ReportOf(sentinel);
    }
    return input;
  }
  [[nodiscard]] Report ReportOf(const SimServer& server) const {
    const bool follows = server.running && !server.primary;
    return testing::ReportOf(server, follows ? addresses.at(server.follows).ip : "",
                             follows && servers.at(server.follows).Leads());
  }
  StartPlan Plan(const auto& of) { return PlanStart(Ask(of.name, of.volume), SentinelRules()); }

  void Act(SimServer& self, const StartPlan& plan) {
    Note(self.name, std::format("{}: {}", StartActionName(plan.action), plan.reason));
    self.waits = plan.reason;
    switch (plan.action) {
      case StartAction::kFound:
        self.volume.state.identity = TestIdentity();
        return;
      case StartAction::kAdopt:
        self.volume.state.identity.installation = plan.installation;
        return;
      case StartAction::kLead:
      case StartAction::kResume:
        return Lead(self);
      case StartAction::kFollow:
        self.running = true;
        self.follows = self.compared = *plan.target;
        self.passive = plan.passive;
        self.copied = plan.keep_copy;
        if (self.writes.empty() && !plan.passive) Violate(self.name, "is empty and not passive");
        return;
      case StartAction::kHandOver:
        for (auto& [name, sentinel] : sentinels) {
          if (sentinel.running) return Promote(sentinel);
        }
        return Violate(self.name, "asks for a failover that no sentinel can do");
      default:
        return;
    }
  }

  /// The server starts as primary.
  void Lead(SimServer& self) {
    for (const auto& [name, other] : servers) {
      if (self.writes.empty() && !other.writes.empty()) {
        Violate(self.name, "leads without data, which is held by " + name.ToString());
      }
      if (dropped == 0 && other.Leads()) {
        Violate(self.name, "leads beside " + name.ToString());
      }
    }
    self.running = self.primary = true;
    self.volume.handover.reset();
    const std::optional<ReplicationPosition> before = self.volume.position;
    BeginHistory(self, append_only ? std::nullopt : before);
    self.volume.position->epoch = before ? before->epoch : 0;
  }

  void BeginHistory(SimServer& server, const std::optional<ReplicationPosition>& before) {
    ReplicationPosition position{.replication_id = std::format("history-{}", ++histories_),
                                 .offset = std::ssize(server.writes)};
    if (before) {
      position.previous_id = before->replication_id;
      position.previous_offset = before->offset + 1;
      position.epoch = before->epoch;
    }
    server.volume.position = position;
  }

  void Act(SimSentinel& self, const StartPlan& plan) {
    Note(self.name, std::format("{}: {}", StartActionName(plan.action), plan.reason));
    self.waits = plan.reason;
    if (plan.action == StartAction::kAdopt) {
      self.volume.state.identity.installation = plan.installation;
    }
    if (plan.action != StartAction::kResume) return;
    self.running = true;
    Name(self, *plan.target, plan.epochs);
  }

  void Name(SimSentinel& sentinel, MemberName primary, SentinelEpochs epochs) {
    sentinel.word.answers = sentinel.running;
    sentinel.word.primary = primary;
    sentinel.word.primary_ip = addresses.at(primary).ip;
    sentinel.word.epochs = epochs;
    sentinel.volume.kind = VolumeKind::kSeeded;
    sentinel.volume.sentinel = sentinel.word;
    sentinel.volume.sentinel->answers = false;
  }

  /// Sentinels that run hear each other: a higher epoch wins.
  void Gossip() {
    const SimSentinel* latest = nullptr;
    for (const auto& [name, sentinel] : sentinels) {
      if (!sentinel.running) continue;
      if (latest == nullptr || sentinel.word.epochs.config > latest->word.epochs.config) {
        latest = &sentinel;
      }
    }
    if (latest == nullptr) return;
    const SentinelSnapshot word = latest->word;
    for (auto& [name, sentinel] : sentinels) {
      if (sentinel.running && sentinel.word.epochs.config < word.epochs.config) {
        Name(sentinel, *word.primary, word.epochs);
      }
    }
  }

  /// Whom a majority of the sentinels' processes names.
  [[nodiscard]] std::optional<MemberName> Named() const {
    std::map<MemberName, int> named;
    for (const auto& [name, sentinel] : sentinels) {
      if (sentinel.running) ++named[*sentinel.word.primary];
    }
    for (const auto& [name, count] : named) {
      if (count * 2 > layout.sentinels) return name;
    }
    return std::nullopt;
  }

  /// What a majority of sentinels does of its own: fails over, and puts others right.
  void Watch() {
    const auto named = Named();
    if (!named) return;
    const bool leads = servers.at(*named).Leads();
    down_for_ = leads ? 0 : down_for_ + 1;
    if (down_for_ > 2 && Below(2) == 0) {
      for (auto& [name, sentinel] : sentinels) {
        if (sentinel.running && sentinel.word.primary == *named) return Promote(sentinel);
      }
    }
    if (!leads || Below(2) == 0) return;
    for (auto& [name, server] : servers) {
      if (!server.running || name == *named || (!server.primary && server.follows == *named)) {
        continue;
      }
      Note(name, "is told to follow " + named->ToString());
      server.primary = false;
      server.follows = *named;
    }
  }
  /// One sentinel fails over: of those that were in sync in this life the one with the most
  /// writes, else anybody that has a priority.
  void Promote(SimSentinel& leader) {
    std::vector<SimServer*> able;
    for (auto& [name, server] : servers) {
      if (server.up && server.running && !server.passive && name != *leader.word.primary) {
        able.push_back(&server);
      }
    }
    if (able.empty()) return;
    std::ranges::shuffle(able, random_);
    const auto rank = [](const SimServer* server) {
      return server->linked ? std::ssize(server->writes) : 0;
    };
    SimServer& next = **std::ranges::max_element(able, {}, rank);
    Note(next.name, "is promoted by " + leader.name.ToString());
    SentinelEpochs epochs = leader.word.epochs;
    for (const auto& [name, sentinel] : sentinels) {
      if (sentinel.running) epochs.current = std::max(epochs.current, sentinel.word.epochs.current);
    }
    epochs.current = std::max(epochs.current, epochs.config) + 1;
    epochs.config = epochs.current;
    Name(leader, next.name, epochs);
    if (!next.primary) {
      next.primary = true;
      BeginHistory(next, next.volume.position);
    }
    next.volume.position->epoch = epochs.config;
    if (Below(3) != 0) Gossip();
  }
  void Replicate() {
    const auto named = Named();
    for (auto& [name, server] : servers) {
      if (server.Leads() && named == name) {
        std::uint64_t& epoch = server.volume.position->epoch;
        epoch = std::max(epoch, ViewOfWords().config);
      }
    }
    for (auto& [name, server] : servers) {
      if (!server.up || !server.running || server.primary || Below(3) == 0) continue;
      const SimServer& primary = servers.at(server.follows);
      if (!primary.Leads()) continue;
      if (primary.writes.empty() && !server.writes.empty()) {
        Violate(name, "is wiped by " + primary.name.ToString());
      }
      if (!server.linked && !server.copied && server.compared == primary.name &&
          !Contains(primary.writes, server.writes)) {
        Violate(name, "has lost writes of its volume without a copy");
      }
      server.writes = primary.writes;
      server.linked = true;
      server.passive = false;
      server.volume.position = primary.volume.position;
      server.volume.dataset_modified = primary.volume.dataset_modified;
      server.volume.state.held = server.volume.state.held || !server.writes.empty();
    }
  }
  [[nodiscard]] SentinelEpochs ViewOfWords() const {
    SentinelEpochs epochs;
    for (const auto& [name, sentinel] : sentinels) {
      if (sentinel.running) epochs.config = std::max(epochs.config, sentinel.word.epochs.config);
    }
    return epochs;
  }
  std::mt19937 random_;
  std::map<MemberName, std::string> told_;
  int last_write_ = 0;
  int clock_ = 0;
  int histories_ = 0;
  int down_for_ = 0;
};

}  // namespace bowline::testing
