#include "model/layout.h"

#include <algorithm>
#include <format>
#include <iterator>
#include <set>
#include <unordered_map>

namespace bowline {

namespace {

constexpr int kMaxShards = 10000;  // MemberName's numbers

using MembersById = std::unordered_map<std::string, MemberName>;

/// Shard ids: the identity's for primaries, their primary's for replicas (valkey 8.1 refuses a file
/// in which the two differ).
void SetShardIds(NodesConf& conf, const Identity& identity, const MembersById& members,
                 const std::vector<const NodeLine*>& primaries) {
  std::unordered_map<int, NodeId> shard_ids;
  for (NodeLine& line : conf.lines) {
    const auto member = members.find(line.id.str());
    if (member == members.end()) continue;
    NodeId& shard_id = shard_ids[member->second.shard];
    if (shard_id.empty()) shard_id = identity.ShardIdOf(member->second.shard);
    line.set_shard_id(shard_id);
  }
  for (std::size_t i = 0; i < conf.lines.size(); ++i) {
    NodeLine& line = conf.lines[i];
    if (line.role != NodeRole::kReplica || primaries[i] == nullptr) continue;
    if (const auto id = NodeId::Parse(primaries[i]->shard_id())) line.set_shard_id(*id);
  }
}

/// The engines save in the middle of a failover: a former primary follows the new one already,
/// while its other replicas are not yet heard of (all engines) or its slots still stand on its line
/// (valkey 8.1). The new primary has won and claims the slots, so the end is known. Cycles stay,
/// for CheckNodesConf to refuse: no guess is safe there.
void CompleteFailovers(NodesConf& conf, const std::vector<const NodeLine*>& primaries) {
  for (std::size_t i = 0; i < conf.lines.size(); ++i) {
    NodeLine& line = conf.lines[i];
    if (line.role != NodeRole::kReplica || primaries[i] == nullptr) continue;
    line.primary = primaries[i]->id;
    if (line.slots.empty()) continue;
    NodeLine& primary = conf.lines[static_cast<std::size_t>(primaries[i] - conf.lines.data())];
    primary.slots.insert(primary.slots.end(), line.slots.begin(), line.slots.end());
    std::ranges::sort(primary.slots);
    line.slots.clear();
  }
}

Status CheckAddresses(const Layout& layout, const AddressBook& addresses) {
  std::set<std::pair<std::string, int>> taken;
  for (const MemberName member : layout.Members()) {
    const auto entry = addresses.find(member);
    if (entry == addresses.end() || entry->second.ip.empty() || entry->second.port == 0 ||
        entry->second.bus_port == 0) {
      return Fail(Code::kInvalidArgument, "no address known for {}", member.ToString());
    }
    if (!taken.emplace(entry->second.ip, entry->second.port).second) {
      return Fail(Code::kInvalidArgument, "{} has the address {} of another member",
                  member.ToString(), entry->second.ToString());
    }
  }
  return {};
}

}  // namespace

std::vector<MemberName> Layout::Members() const {
  std::vector<MemberName> members;
  for (int shard = 0; shard < shards; ++shard)
    std::ranges::copy(MembersOf(shard), std::back_inserter(members));
  std::ranges::copy(Sentinels(), std::back_inserter(members));
  return members;
}

std::vector<MemberName> Layout::MembersOf(int shard) const {
  std::vector<MemberName> members;
  if (shard < 0 || shard >= shards) return members;
  const MemberKind kind = mode == Mode::kCluster ? MemberKind::kShard : MemberKind::kServer;
  for (int ordinal = 0; ordinal <= replicas_per_shard; ++ordinal) {
    members.push_back({.shard = shard, .ordinal = ordinal, .kind = kind});
  }
  return members;
}

std::vector<MemberName> Layout::OthersOf(MemberName member) const {
  std::vector<MemberName> members = MembersOf(member.shard);
  std::erase(members, member);
  return members;
}

std::vector<MemberName> Layout::Sentinels() const {
  std::vector<MemberName> members;
  for (int ordinal = 0; ordinal < sentinels; ++ordinal) {
    members.push_back({.shard = 0, .ordinal = ordinal, .kind = MemberKind::kSentinel});
  }
  return members;
}

bool Layout::Contains(MemberName member) const {
  return std::ranges::contains(
      member.kind == MemberKind::kSentinel ? Sentinels() : MembersOf(member.shard), member);
}

std::string Layout::ToString() const {
  if (mode == Mode::kStandalone) return "1 server";
  if (mode == Mode::kSentinel) {
    return std::format("{} servers, {} sentinels", replicas_per_shard + 1, sentinels);
  }
  return std::format("{} shards, {} replicas each", shards, replicas_per_shard);
}

std::optional<MemberName> MemberAt(const AddressBook& addresses, std::string_view ip) {
  if (ip.empty()) return std::nullopt;
  const auto found =
      std::ranges::find(addresses, ip, [](const auto& entry) { return entry.second.ip; });
  if (found == addresses.end()) return std::nullopt;
  return found->first;
}

Result<NodesConf> SeedNodesConf(const Layout& layout, const Identity& identity,
                                const AddressBook& addresses, MemberName self) {
  if (layout.shards < 1 || layout.shards > kMaxShards || layout.replicas_per_shard < 0 ||
      layout.replicas_per_shard >= kMaxShards) {
    return Fail(Code::kInvalidArgument, "a layout of {} shards with {} replicas each",
                layout.shards, layout.replicas_per_shard);
  }
  if (!layout.Contains(self)) {
    return Fail(Code::kInvalidArgument, "{} is no member of {} shards with {} replicas each",
                self.ToString(), layout.shards, layout.replicas_per_shard);
  }
  RETURN_IF_ERROR(CheckAddresses(layout, addresses));
  const std::vector<SlotRange> slots = SplitSlots(layout.shards);
  NodesConf conf;
  conf.current_epoch = static_cast<std::uint64_t>(layout.shards);
  for (int shard = 0; shard < layout.shards; ++shard) {
    const NodeId shard_id = identity.ShardIdOf(shard);
    const NodeId primary = identity.NodeIdOf({shard, 0});
    for (const MemberName member : layout.MembersOf(shard)) {
      NodeLine line;
      line.endpoint = addresses.at(member);
      line.myself = member == self;
      line.config_epoch = static_cast<std::uint64_t>(shard) + 1;
      line.set_shard_id(shard_id);
      if (member.ordinal == 0) {
        line.id = primary;
        line.slots = {slots[static_cast<std::size_t>(shard)]};
      } else {
        line.id = identity.NodeIdOf(member);
        line.role = NodeRole::kReplica;
        line.primary = primary;
      }
      conf.lines.push_back(std::move(line));
    }
  }
  return conf;
}

void Readdress(NodesConf& conf, const Identity& identity, const AddressBook& addresses) {
  MembersById members;
  members.reserve(addresses.size());
  for (const auto& [member, endpoint] : addresses) {
    members.emplace(identity.NodeIdOf(member).str(), member);
  }
  std::erase_if(conf.lines, [](const NodeLine& line) { return line.handshake && !line.myself; });
  for (NodeLine& line : conf.lines) {
    const auto member = members.find(line.id.str());
    if (member != members.end()) line.endpoint = addresses.at(member->second);
    // A line without any address keeps the flag that says so.
    line.noaddr = line.noaddr && (line.endpoint.ip.empty() || line.endpoint.port == 0);
    line.fail = false;
    line.maybe_fail = false;
    line.handshake = false;
    line.ping_sent = 0;
    line.pong_received = 0;
  }
  const std::vector<const NodeLine*> primaries = LeadingPrimaries(conf);
  SetShardIds(conf, identity, members, primaries);
  CompleteFailovers(conf, primaries);
}

Result<NodesConf> NodesConfFromView(const NodesConf& view, std::uint64_t current_epoch,
                                    const Identity& identity, const AddressBook& addresses,
                                    MemberName self, MemberName primary) {
  const NodeId self_id = identity.NodeIdOf(self);
  const NodeId primary_id = identity.NodeIdOf(primary);
  const NodeLine* primary_line = view.Find(primary_id);
  if (primary_line == nullptr || primary_line->handshake) {
    return Fail(Code::kFailedPrecondition, "the view has no line for {} ({})", primary.ToString(),
                primary_id.str());
  }
  if (primary_line->role != NodeRole::kPrimary) {
    return Fail(Code::kFailedPrecondition, "the view lists {} as a replica", primary.ToString());
  }
  const std::uint64_t primary_epoch = primary_line->config_epoch;
  NodesConf conf = view;
  conf.current_epoch = current_epoch;
  // Never a second vote in an epoch in which the lost file may already have voted.
  conf.last_vote_epoch = current_epoch;
  std::erase_if(conf.lines, [](const NodeLine& line) { return line.handshake; });
  for (NodeLine& line : conf.lines) {
    line.myself = false;
    line.migrations.clear();  // the viewer's own, not ours
  }
  if (conf.Find(self_id) == nullptr) {
    const auto address = addresses.find(self);
    if (address == addresses.end()) {
      return Fail(Code::kInvalidArgument, "no address known for {}", self.ToString());
    }
    conf.lines.emplace_back().id = self_id;
    conf.lines.back().endpoint = address->second;
  }
  NodeLine& line = *conf.Find(self_id);
  line.myself = true;
  if (self != primary) {
    // The view may still list us as the primary that we were.
    line.role = NodeRole::kReplica;
    line.primary = primary_id;
    line.slots.clear();
    line.config_epoch = primary_epoch;
  }
  Readdress(conf, identity, addresses);
  return conf;
}

}  // namespace bowline
