#include "simulator/models/bus.h"

#include <algorithm>

#include "base/parse.h"
#include "simulator/models/engine.h"
#include "simulator/models/world.h"

namespace bowline::simulator {
namespace {

constexpr int kRandomPings = 5;
// CLUSTER_MAX_REJOIN_DELAY, CLUSTER_MIN_REJOIN_DELAY, CLUSTER_WRITABLE_DELAY.
constexpr Micros kLongestRejoin = 5 * kSecond;
constexpr Micros kShortestRejoin = 500 * kMillisecond;
constexpr Micros kWritable = 2 * kSecond;

}  // namespace

Bus::Bus(Engine& engine, const std::string& text)
    : engine_(engine), conf_(ParseNodesConf(text).value()), began_(Running()->Now()) {
  for (const NodeLine& node : conf_.lines) health_[node.id].pong = began_;
}

Micros Bus::NodeTimeout() const {
  return ParseInt(engine_.Config("cluster-node-timeout"), 1, 600'000).value() * kMillisecond;
}

const NodeLine& Bus::Lead() const {
  if (Me().role == NodeRole::kPrimary) return Me();
  const NodeLine* const lead = conf_.Find(Me().primary);
  return lead == nullptr ? Me() : *lead;
}

int Bus::Size() const {
  return static_cast<int>(
      std::ranges::count_if(conf_.lines, [](const NodeLine& node) { return node.LeadsSlots(); }));
}

Packet Bus::Header(Packet::Type type) const {
  const NodeLine& lead = Lead();
  Packet packet{.type = type, .from = Me().id, .current_epoch = conf_.current_epoch};
  packet.config_epoch = lead.config_epoch;
  packet.primary = Me().role == NodeRole::kPrimary;
  packet.follows = Me().primary;
  packet.slots = lead.slots;
  packet.offset = engine_.replication().offset();
  packet.paused = packet.primary && manual_until_ != 0;
  return packet;
}

void Bus::SendTo(const NodeLine& node, Packet packet) const {
  World& world = engine_.world();
  const Machine to = world.MachineOf(engine_.machine(), node.endpoint.ip);
  // A link on which nothing has come for half a node timeout is made anew; what waited is lost.
  world.network.Send(
      engine_.machine(), to,
      [&world, to, packet = std::move(packet)] {
        const auto engine = world.IsUp(to) ? world.EngineOn(to) : nullptr;
        if (engine && engine->runs()) engine->bus().Receive(packet);
      },
      NodeTimeout() / 2);
}

void Bus::Broadcast(const Packet& packet) const {
  for (const NodeLine& node : conf_.lines) {
    if (!node.myself) SendTo(node, packet);
  }
}

void Bus::Ping(const NodeLine& node, Packet::Type type) {
  Packet packet = Header(type);
  if (type == Packet::Type::kPing) health_[node.id].ping_sent = Running()->Now();
  // All nodes that are suspected, as CLUSTER's gossip section adds them, and some others.
  for (const NodeLine& other : conf_.lines) {
    if (other.myself || other.id == node.id) continue;
    if (other.fail || other.maybe_fail || Running()->Below(2) == 0) {
      packet.gossip.push_back({other.id, other.fail, other.maybe_fail});
    }
  }
  SendTo(node, std::move(packet));
}

void Bus::LookAtPings() {
  const Micros now = Running()->Now();
  const Micros timeout = NodeTimeout();
  for (NodeLine& node : conf_.lines) {
    if (node.myself) continue;
    Health& health = health_[node.id];
    if (health.ping_sent == 0 && now - health.pong > timeout / 2) {
      Ping(node, Packet::Type::kPing);
    } else if (health.ping_sent != 0 && now - health.ping_sent > timeout / 2 &&
               Running()->Below(5) == 0) {
      // The link is made anew, and the ping with it; its age stays.
      const Micros since = health.ping_sent;
      Ping(node, Packet::Type::kPing);
      health.ping_sent = since;
    }
    const bool silent = health.ping_sent != 0 && now - health.ping_sent > timeout;
    node.connected = !silent;
    if (!silent || node.fail || node.maybe_fail) continue;
    node.maybe_fail = true;
    if (Me().LeadsSlots()) MarkIfFailed(node);
  }
  if (ticks_ % 10 != 0) return;
  const NodeLine* oldest = nullptr;
  for (int i = 0; i < kRandomPings; ++i) {
    const NodeLine& node = conf_.lines[static_cast<std::size_t>(
        Running()->Below(static_cast<int>(conf_.lines.size())))];
    if (node.myself || health_[node.id].ping_sent != 0) continue;
    if (oldest == nullptr || health_[node.id].pong < health_[oldest->id].pong) oldest = &node;
  }
  if (oldest != nullptr) Ping(*oldest, Packet::Type::kPing);
}

void Bus::Cron() {
  ++ticks_;
  if (manual_until_ != 0 && Running()->Now() > manual_until_) EndManual();
  LookAtPings();
  if (Me().role == NodeRole::kReplica) {
    LookAtManual();
    RunElection();
    engine_.replication().Follow(Lead().endpoint.ip);
  }
  UpdateState();
}

void Bus::UpdateState() {
  const Micros now = Running()->Now();
  int reachable = 0;
  bool covered = true;
  for (const NodeLine& node : conf_.lines) {
    if (!node.LeadsSlots()) continue;
    if (!node.fail && !node.maybe_fail) ++reachable;
    if (node.fail) covered = false;
  }
  int slots = 0;
  for (const NodeLine& node : conf_.lines) {
    for (const SlotRange& range : node.slots) slots += range.size();
  }
  const bool majority = reachable >= Quorum();
  if (!majority) minority_since_ = now;
  const bool ok = covered && slots == 16'384 && majority;
  if (ok && !state_ok_ && Me().LeadsSlots()) {
    // A primary that was down or apart waits, so that it can be told of its successor.
    if (now - began_ < kWritable) return;
    const Micros rejoin = std::clamp(NodeTimeout(), kShortestRejoin, kLongestRejoin);
    if (minority_since_ != 0 && now - minority_since_ < rejoin) return;
  }
  state_ok_ = ok;
}

std::string Bus::OwnerIp(const SlotRange& slots) const {
  for (const NodeLine& node : conf_.lines) {
    if (std::ranges::contains(node.slots, slots)) return node.endpoint.ip;
  }
  return "";
}

NodesConf Bus::View() const {
  NodesConf view = conf_;
  for (NodeLine& node : view.lines) {
    if (node.myself) continue;
    const Health& health = health_.at(node.id);
    node.ping_sent = health.ping_sent / kMillisecond;
    node.pong_received = health.pong / kMillisecond;
  }
  return view;
}

}  // namespace bowline::simulator
