// Elections and manual failovers (clusterHandleReplicaFailover, clusterSendFailoverAuthIfNeeded).

#include <algorithm>

#include "base/parse.h"
#include "simulator/models/bus.h"
#include "simulator/models/engine.h"

namespace bowline::simulator {
namespace {

constexpr Micros kShortestAuth = 2 * kSecond;
constexpr Micros kManual = 5 * kSecond;
// cluster-replica-validity-factor, repl-ping-replica-period: the defaults.
constexpr int kValidity = 10;
constexpr Micros kReplicationPing = 10 * kSecond;

}  // namespace

int Bus::Rank() const {
  const std::int64_t own = engine_.replication().offset();
  return static_cast<int>(std::ranges::count_if(conf_.lines, [&](const NodeLine& node) {
    return !node.myself && node.role == NodeRole::kReplica && node.primary == Me().primary &&
           health_.at(node.id).offset > own;
  }));
}

void Bus::RunElection() {
  const Micros now = Running()->Now();
  const bool manual = manual_until_ != 0 && manual_ready_;
  const NodeLine& lead = Lead();
  const bool kept_back = engine_.Config("cluster-replica-no-failover") == "yes";
  if (Me().role == NodeRole::kPrimary || lead.myself || lead.slots.empty()) return;
  if (!manual && (!lead.fail || kept_back)) return;
  const Micros age = std::max(engine_.replication().silent() - NodeTimeout(), Micros{0});
  if (!manual && age > kReplicationPing + NodeTimeout() * kValidity) return;
  const Micros timeout = std::max(2 * NodeTimeout(), kShortestAuth);
  if (now - election_at_ > 2 * timeout) {
    BeginElection();
    return;
  }
  if (now < election_at_ || now - election_at_ > timeout) return;
  if (!election_sent_) {
    election_epoch_ = ++conf_.current_epoch;
    election_sent_ = true;
    Packet request = Header(Packet::Type::kVoteRequest);
    request.forced = manual;
    Broadcast(request);
    engine_.SaveConf();
    return;
  }
  if (votes_ < Quorum()) return;
  if (Me().config_epoch < election_epoch_) Own().config_epoch = election_epoch_;
  TakeOver();
}

void Bus::BeginElection() {
  const Micros now = Running()->Now();
  votes_ = 0;
  election_sent_ = false;
  if (manual_until_ != 0) {
    election_at_ = now;
    RunElection();
    return;
  }
  election_at_ =
      now + 500 * kMillisecond + Running()->Between(0, 500 * kMillisecond) + Rank() * kSecond;
  // The other replicas of the shard learn the own offset for their rank.
  for (const NodeLine& node : conf_.lines) {
    if (!node.myself && node.role == NodeRole::kReplica && node.primary == Me().primary) {
      SendTo(node, Header(Packet::Type::kPong));
    }
  }
}

void Bus::Vote(NodeLine& sender, const Packet& packet) {
  if (!Me().LeadsSlots()) return;
  if (packet.current_epoch < conf_.current_epoch) return;
  if (conf_.last_vote_epoch == conf_.current_epoch) return;
  if (sender.role == NodeRole::kPrimary) return;
  const NodeLine* const lead = conf_.Find(sender.primary);
  if (lead == nullptr || (!lead->fail && !packet.forced)) return;
  const Micros now = Running()->Now();
  Health& health = health_[lead->id];
  if (now - health.voted < 2 * NodeTimeout()) return;
  for (const SlotRange& range : packet.slots) {
    const NodeLine* const owner = OwnerOf(range);
    if (owner != nullptr && owner->config_epoch > packet.config_epoch) return;
  }
  health.voted = now;
  conf_.last_vote_epoch = conf_.current_epoch;
  engine_.SaveConf();
  SendTo(sender, Header(Packet::Type::kVote));
}

/// clusterFailoverReplaceYourPrimary
void Bus::TakeOver() {
  NodeLine* const former = conf_.Find(Me().primary);
  NodeLine& me = Own();
  if (former == nullptr) return;
  me.role = NodeRole::kPrimary;
  me.primary = NodeId();
  me.slots = std::move(former->slots);
  former->slots.clear();
  election_at_ = -kNever / 4;
  EndManual();
  engine_.SaveConf();
  engine_.RoleChanged();
  UpdateState();
  TellAll();
}

std::string Bus::AskFailover(Failover how) {
  const NodeLine& lead = Lead();
  if (Me().role == NodeRole::kPrimary) return "ERR You should send CLUSTER FAILOVER to a replica";
  if (lead.myself) return "ERR I'm a replica but my master is unknown to me";
  if (how == Failover::kPlain && (lead.fail || !lead.connected)) {
    return "ERR Master is down or failed, please use CLUSTER FAILOVER FORCE";
  }
  EndManual();
  if (how == Failover::kTakeover) {
    Own().config_epoch = ++conf_.current_epoch;
    TakeOver();
    return "";
  }
  manual_until_ = Running()->Now() + kManual;
  if (how == Failover::kForce) {
    manual_ready_ = true;
    RunElection();
  } else {
    SendTo(lead, Header(Packet::Type::kManualFailover));
  }
  return "";
}

void Bus::LookAtManual() {
  if (manual_until_ == 0 || manual_ready_ || !manual_offset_) return;
  if (engine_.replication().offset() < *manual_offset_) return;
  manual_ready_ = true;
  RunElection();
}

void Bus::EndManual() {
  if (manual_until_ != 0 && !manual_replica_.empty()) engine_.PauseForFailover(0);
  manual_until_ = 0;
  manual_ready_ = false;
  manual_offset_.reset();
  manual_replica_ = NodeId();
}

}  // namespace bowline::simulator
