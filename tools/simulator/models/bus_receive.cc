// What an engine makes of the packets of the others (clusterProcessPacket).

#include <algorithm>

#include "simulator/models/bus.h"
#include "simulator/models/engine.h"

namespace bowline::simulator {

void Bus::Receive(const Packet& packet) {
  NodeLine* const sender = conf_.Find(packet.from);
  if (sender == nullptr || sender->myself) return;
  if (packet.current_epoch > conf_.current_epoch) conf_.current_epoch = packet.current_epoch;
  Health& health = health_[sender->id];
  health.offset = packet.offset;
  switch (packet.type) {
    case Packet::Type::kPing:
    case Packet::Type::kPong:
      if (packet.type == Packet::Type::kPing) Ping(*sender, Packet::Type::kPong);
      if (packet.type == Packet::Type::kPong) {
        health.pong = Running()->Now();
        health.ping_sent = 0;
        sender->connected = true;
        sender->maybe_fail = false;
        if (sender->fail) ClearFailure(*sender);
      }
      Hear(*sender, packet);
      break;
    case Packet::Type::kFail:
      if (NodeLine* const node = conf_.Find(packet.subject); node != nullptr && !node->myself) {
        node->fail = true;
        node->maybe_fail = false;
        health_[node->id].failed_at = Running()->Now();
      }
      break;
    case Packet::Type::kVoteRequest:
      Vote(*sender, packet);
      break;
    case Packet::Type::kVote:
      if (sender->LeadsSlots() && packet.current_epoch >= election_epoch_) {
        ++votes_;
        RunElection();
      }
      break;
    case Packet::Type::kUpdate:
      if (NodeLine* const node = conf_.Find(packet.subject);
          node != nullptr && packet.subject_epoch > node->config_epoch) {
        if (node->role == NodeRole::kReplica && !node->myself) {
          node->role = NodeRole::kPrimary;
          node->primary = NodeId();
        }
        node->config_epoch = packet.subject_epoch;
        HearClaim(*node, packet.subject_epoch, packet.subject_slots);
      }
      break;
    case Packet::Type::kManualFailover:
      if (Me().role != NodeRole::kPrimary || sender->primary != Me().id) break;
      EndManual();
      manual_until_ = Running()->Now() + 5 * kSecond;
      manual_replica_ = sender->id;
      engine_.PauseForFailover(Running()->Now() + 10 * kSecond);
      Ping(*sender, Packet::Type::kPing);
      break;
  }
}

void Bus::Hear(NodeLine& sender, const Packet& packet) {
  HearRole(sender, packet);
  if (packet.config_epoch > sender.config_epoch && packet.primary) {
    sender.config_epoch = packet.config_epoch;
  }
  // A manual failover: the primary's offset at the begin of its pause.
  if (packet.paused && manual_until_ != 0 && !manual_offset_ && Me().primary == sender.id) {
    manual_offset_ = packet.offset;
    LookAtManual();
  }
  if (packet.primary && packet.slots != sender.slots) {
    HearClaim(sender, packet.config_epoch, packet.slots);
  }
  Correct(sender, packet);
  if (packet.primary && Me().role == NodeRole::kPrimary &&
      packet.config_epoch == Me().config_epoch) {
    SettleCollision(sender);
  }
  if (sender.LeadsSlots()) HearGossip(sender, packet);
}

void Bus::HearRole(NodeLine& sender, const Packet& packet) {
  if (packet.primary) {
    if (sender.role == NodeRole::kPrimary) return;
    sender.role = NodeRole::kPrimary;
    sender.primary = NodeId();
    engine_.SaveConf();
    return;
  }
  const bool was_primary = sender.role == NodeRole::kPrimary;
  sender.role = NodeRole::kReplica;
  if (was_primary) sender.slots.clear();
  if (sender.primary == packet.follows && !was_primary) return;
  sender.primary = packet.follows;
  // The own primary has become a replica: its primary is followed, not a chain.
  if (Me().role == NodeRole::kReplica && Me().primary == sender.id && packet.follows != Me().id &&
      conf_.Find(packet.follows) != nullptr) {
    SetPrimary(packet.follows);
  }
  engine_.SaveConf();
}

NodeLine* Bus::OwnerOf(const SlotRange& slots) {
  const auto found = std::ranges::find_if(
      conf_.lines, [&](const NodeLine& node) { return std::ranges::contains(node.slots, slots); });
  return found == conf_.lines.end() ? nullptr : &*found;
}

void Bus::HearClaim(NodeLine& claimer, std::uint64_t epoch, const std::vector<SlotRange>& slots) {
  if (claimer.myself) return;
  const NodeId lead = Lead().id;
  bool replaced = false;
  bool changed = false;
  for (const SlotRange& range : slots) {
    NodeLine* const owner = OwnerOf(range);
    if (owner == &claimer) continue;
    if (owner != nullptr && owner->config_epoch >= epoch) continue;
    if (owner != nullptr) {
      if (owner->id == lead) replaced = true;
      std::erase(owner->slots, range);
    }
    claimer.slots.push_back(range);
    changed = true;
  }
  if (!changed) return;
  const NodeLine* const former = conf_.Find(lead);
  if (replaced && former != nullptr && former->slots.empty()) SetPrimary(claimer.id);
  engine_.SaveConf();
}

void Bus::Correct(const NodeLine& sender, const Packet& packet) {
  for (const SlotRange& range : packet.slots) {
    const NodeLine* const owner = OwnerOf(range);
    if (owner == nullptr || owner->id == sender.id) continue;
    if (!packet.primary && owner->id == packet.follows) continue;
    if (owner->config_epoch <= packet.config_epoch) continue;
    Packet update = Header(Packet::Type::kUpdate);
    update.subject = owner->id;
    update.subject_epoch = owner->config_epoch;
    update.subject_slots = owner->slots;
    SendTo(sender, update);
    return;
  }
}

void Bus::SettleCollision(const NodeLine& sender) {
  if (sender.id <= Me().id) return;
  Own().config_epoch = ++conf_.current_epoch;
  engine_.SaveConf();
}

void Bus::HearGossip(const NodeLine& sender, const Packet& packet) {
  for (const Gossip& word : packet.gossip) {
    NodeLine* const node = conf_.Find(word.node);
    if (node == nullptr || node->myself) continue;
    auto& reports = health_[node->id].reports;
    if (word.fail || word.maybe_fail) {
      reports[sender.id] = Running()->Now();
      MarkIfFailed(*node);
    } else {
      reports.erase(sender.id);
    }
  }
}

void Bus::MarkIfFailed(NodeLine& node) {
  if (!node.maybe_fail || node.fail) return;
  const Micros now = Running()->Now();
  Health& health = health_[node.id];
  std::erase_if(health.reports,
                [&](const auto& report) { return now - report.second > 2 * NodeTimeout(); });
  int failures = Me().LeadsSlots() ? 1 : 0;
  for (const auto& [id, when] : health.reports) {
    const NodeLine* const teller = conf_.Find(id);
    if (teller != nullptr && teller->LeadsSlots() && !teller->myself) ++failures;
  }
  if (failures < Quorum()) return;
  node.fail = true;
  node.maybe_fail = false;
  health.failed_at = now;
  if (Me().role == NodeRole::kPrimary) {
    Packet packet = Header(Packet::Type::kFail);
    packet.subject = node.id;
    Broadcast(packet);
  }
  engine_.SaveConf();
}

void Bus::ClearFailure(NodeLine& node) {
  const bool leads = node.LeadsSlots();
  if (leads && Running()->Now() - health_[node.id].failed_at <= 2 * NodeTimeout()) return;
  node.fail = false;
  engine_.SaveConf();
}

void Bus::SetPrimary(const NodeId& id) {
  NodeLine& me = Own();
  if (id == me.id) return;
  me.role = NodeRole::kReplica;
  me.slots.clear();
  me.primary = id;
  EndManual();
  engine_.SaveConf();
  engine_.RoleChanged();
}

std::string Bus::Replicate(const std::string& id) {
  const auto parsed = NodeId::Parse(id);
  const NodeLine* const node = parsed ? conf_.Find(*parsed) : nullptr;
  if (node == nullptr) return "ERR Unknown node " + id;
  if (node->myself) return "ERR Can't replicate myself";
  if (node->role == NodeRole::kReplica) return "ERR I can only replicate a master";
  if (Me().role == NodeRole::kPrimary && !Me().slots.empty()) {
    return "ERR To set a master the node must be empty and without assigned slots.";
  }
  SetPrimary(*parsed);
  return "";
}

}  // namespace bowline::simulator
