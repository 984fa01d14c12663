#pragma once
// The cluster bus of one engine (cluster_legacy.c): pings with gossip, failure reports and flags,
// claims of slots by epoch, elections, manual failovers. Slots do not move: a shard's range is
// claimed whole.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/nodes_conf.h"
#include "simulator/core/scheduler.h"

namespace bowline::simulator {

class Engine;

struct Gossip {
  NodeId node;
  bool fail = false;
  bool maybe_fail = false;
};

struct Packet {
  enum class Type { kPing, kPong, kFail, kVoteRequest, kVote, kUpdate, kManualFailover };
  Type type = Type::kPing;
  // Of the sender. Epoch and slots are its primary's, when it is a replica.
  NodeId from;
  std::uint64_t current_epoch = 0;
  std::uint64_t config_epoch = 0;
  bool primary = false;
  NodeId follows;
  std::vector<SlotRange> slots;
  std::int64_t offset = 0;
  bool paused = false;  ///< for a manual failover
  bool forced = false;  ///< a vote although the primary is not failed
  std::vector<Gossip> gossip;
  // kFail, kUpdate: who it is about.
  NodeId subject;
  std::uint64_t subject_epoch = 0;
  std::vector<SlotRange> subject_slots;
};

class Bus {
 public:
  /// `text`: nodes.conf.
  Bus(Engine& engine, const std::string& text);

  /// Each 100 ms.
  void Cron();
  void Receive(const Packet& packet);

  enum class Failover { kPlain, kForce, kTakeover };
  /// CLUSTER FAILOVER; the error, or empty.
  std::string AskFailover(Failover how);
  /// CLUSTER REPLICATE; the error, or empty.
  std::string Replicate(const std::string& id);

  [[nodiscard]] const NodesConf& conf() const { return conf_; }
  [[nodiscard]] NodesConf View() const;  ///< CLUSTER NODES
  [[nodiscard]] const NodeLine& Me() const { return *conf_.Myself(); }
  /// Its primary; itself when it is one.
  [[nodiscard]] const NodeLine& Lead() const;
  [[nodiscard]] bool state_ok() const { return state_ok_; }
  /// The address of who has the first slot of the shard; empty: nobody.
  [[nodiscard]] std::string OwnerIp(const SlotRange& slots) const;
  [[nodiscard]] bool OwnsSlots() const { return Me().LeadsSlots(); }
  [[nodiscard]] bool in_manual_failover() const { return manual_until_ != 0; }

 private:
  struct Health {
    Micros ping_sent = 0;  ///< 0: none is open
    Micros pong = 0;
    Micros failed_at = 0;
    Micros voted = -kNever / 2;  ///< for a replica of it
    std::int64_t offset = 0;
    std::map<NodeId, Micros> reports;  ///< who takes it for failed, and since when
  };

  // bus.cc
  NodeLine& Own() { return *conf_.Myself(); }
  void Ping(const NodeLine& node, Packet::Type type);
  [[nodiscard]] Packet Header(Packet::Type type) const;
  void SendTo(const NodeLine& node, Packet packet) const;
  void Broadcast(const Packet& packet) const;
  void LookAtPings();
  void UpdateState();
  [[nodiscard]] Micros NodeTimeout() const;
  [[nodiscard]] int Size() const;
  [[nodiscard]] int Quorum() const { return Size() / 2 + 1; }
  void TellAll() { Broadcast(Header(Packet::Type::kPong)); }

  // bus_receive.cc
  void Hear(NodeLine& sender, const Packet& packet);
  void HearRole(NodeLine& sender, const Packet& packet);
  void HearClaim(NodeLine& claimer, std::uint64_t epoch, const std::vector<SlotRange>& slots);
  void HearGossip(const NodeLine& sender, const Packet& packet);
  void Correct(const NodeLine& sender, const Packet& packet);
  void SettleCollision(const NodeLine& sender);
  void ClearFailure(NodeLine& node);
  void MarkIfFailed(NodeLine& node);
  void SetPrimary(const NodeId& id);
  [[nodiscard]] NodeLine* OwnerOf(const SlotRange& slots);

  // election.cc
  void RunElection();
  void BeginElection();
  [[nodiscard]] int Rank() const;
  void Vote(NodeLine& sender, const Packet& packet);
  void TakeOver();
  void LookAtManual();
  void EndManual();

  Engine& engine_;
  NodesConf conf_;
  std::map<NodeId, Health> health_;
  bool state_ok_ = false;
  Micros minority_since_ = 0;  ///< 0: a majority is reached
  Micros began_ = 0;
  int ticks_ = 0;
  // elections
  Micros election_at_ = -kNever / 4;
  std::uint64_t election_epoch_ = 0;
  bool election_sent_ = false;
  int votes_ = 0;
  // manual failovers
  Micros manual_until_ = 0;  ///< 0: none
  bool manual_ready_ = false;
  std::optional<std::int64_t> manual_offset_;
  NodeId manual_replica_;  ///< of a primary: who has asked
};

}  // namespace bowline::simulator
