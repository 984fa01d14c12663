#include <algorithm>
#include <format>
#include <limits>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "model/nodes_conf.h"

namespace bowline {

namespace {

std::string Name(const NodeLine& line) {
  return std::format("node {} at {}", line.id.str(), line.endpoint.ToString());
}

Status CheckIdsAndMyself(const NodesConf& conf) {
  std::unordered_set<std::string_view> ids;
  ids.reserve(conf.lines.size());
  const NodeLine* myself = nullptr;
  for (const NodeLine& line : conf.lines) {
    if (line.id.empty()) return Fail(Code::kDataLoss, "a line without node id");
    if (!ids.insert(line.id.str()).second) {
      return Fail(Code::kDataLoss, "two lines for node {}", line.id.str());
    }
    if (!line.myself) continue;
    if (myself != nullptr) {
      return Fail(Code::kDataLoss, "two lines with the flag myself: {} and {}", Name(*myself),
                  Name(line));
    }
    myself = &line;
  }
  if (myself == nullptr) return Fail(Code::kDataLoss, "no line with the flag myself");
  return {};
}

Status CheckReplica(const NodeLine& line, const NodeLine* primary) {
  if (line.primary.empty()) return Fail(Code::kDataLoss, "{} is nobody's replica", Name(line));
  if (primary == nullptr) {
    return Fail(Code::kDataLoss, "{} is a replica of {}, which has no line or leads to no primary",
                Name(line), line.primary.str());
  }
  const std::string own = line.shard_id();
  const std::string theirs = primary->shard_id();
  if (!own.empty() && !theirs.empty() && own != theirs) {
    return Fail(Code::kDataLoss, "{} has shard-id {}, and its primary {} has {}", Name(line), own,
                primary->id.str(), theirs);
  }
  return {};
}

using SlotOwners = std::vector<const NodeLine*>;

Status Own(SlotOwners& owners, const NodeLine& line, SlotRange range) {
  if (range.first < 0 || range.last >= kSlotCount || range.first > range.last) {
    return Fail(Code::kDataLoss, "{} owns {}, which is no slot range", Name(line),
                range.ToString());
  }
  for (int slot = range.first; slot <= range.last; ++slot) {
    const NodeLine*& owner = owners[static_cast<std::size_t>(slot)];
    if (owner != nullptr) {
      return Fail(Code::kDataLoss, "slot {} is owned twice: {} and {}", slot, Name(*owner),
                  Name(line));
    }
    owner = &line;
  }
  return {};
}

Status CheckCoverage(const SlotOwners& owners) {
  std::vector<SlotRange> gaps;
  int missing = 0;
  for (int slot = 0; slot < kSlotCount; ++slot) {
    if (owners[static_cast<std::size_t>(slot)] != nullptr) continue;
    ++missing;
    if (gaps.empty() || gaps.back().last != slot - 1) gaps.push_back({slot, slot});
    gaps.back().last = slot;
  }
  if (missing == 0) return {};
  constexpr std::size_t kShown = 8;
  const bool more = gaps.size() > kShown;
  if (more) gaps.resize(kShown);
  return Fail(Code::kDataLoss, "{} of {} slots have no owner: {}{}", missing, kSlotCount,
              ToString(gaps), more ? " ..." : "");
}

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

/// For every line the index of the line that it follows; kNone for a primary, and for a replica of
/// an id that has no line.
std::vector<std::size_t> FollowedLines(const NodesConf& conf) {
  std::unordered_map<std::string_view, std::size_t> index;
  index.reserve(conf.lines.size());
  for (std::size_t i = 0; i < conf.lines.size(); ++i) index.emplace(conf.lines[i].id.str(), i);
  std::vector<std::size_t> followed(conf.lines.size(), kNone);
  for (std::size_t i = 0; i < conf.lines.size(); ++i) {
    const auto primary = index.find(conf.lines[i].primary.str());
    if (conf.lines[i].role == NodeRole::kReplica && primary != index.end()) {
      followed[i] = primary->second;
    }
  }
  return followed;
}

/// For every line the index of the line at which its chain ends: one that follows none, or, for all
/// that lead into one cycle, the same line of that cycle.
std::vector<std::size_t> ChainEnds(const std::vector<std::size_t>& followed) {
  std::vector<std::size_t> ends(followed.size(), kNone);
  std::vector<bool> visited(followed.size(), false);
  for (std::size_t start = 0; start < followed.size(); ++start) {
    std::vector<std::size_t> path;
    std::size_t at = start;
    while (!visited[at]) {
      visited[at] = true;
      path.push_back(at);
      if (followed[at] == kNone) break;
      at = followed[at];
    }
    // Visited on an earlier walk: its answer holds. On this one: the end, or a cycle.
    const std::size_t end = ends[at] == kNone ? at : ends[at];
    for (const std::size_t line : path) ends[line] = end;
  }
  return ends;
}

/// Of a cycle of replicas, each following the next: the index of the line that leads.
std::size_t PrimaryOfCycle(const NodesConf& conf, const std::vector<std::size_t>& cycle) {
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    if (conf.lines[cycle[i]].myself) return cycle[(i + 1) % cycle.size()];
  }
  return *std::ranges::min_element(cycle, {}, [&](std::size_t at) {
    const NodeLine& line = conf.lines[at];
    return std::tuple(std::numeric_limits<std::uint64_t>::max() - line.config_epoch, line.id);
  });
}

}  // namespace

std::vector<const NodeLine*> LeadingPrimaries(const NodesConf& conf) {
  std::vector<const NodeLine*> primaries;
  primaries.reserve(conf.lines.size());
  for (const std::size_t end : ChainEnds(FollowedLines(conf))) {
    const NodeLine& line = conf.lines[end];
    const bool leads = line.role == NodeRole::kPrimary && !line.handshake;
    primaries.push_back(leads ? &line : nullptr);
  }
  return primaries;
}

std::uint64_t LeadEpoch(const NodesConf& conf) {
  const NodeLine* myself = conf.Myself();
  if (myself == nullptr) return 0;
  const auto at = static_cast<std::size_t>(myself - conf.lines.data());
  const NodeLine* primary = LeadingPrimaries(conf)[at];
  return primary == nullptr ? 0 : primary->config_epoch;
}

void SettleCycles(NodesConf& conf) {
  const std::vector<std::size_t> followed = FollowedLines(conf);
  const std::vector<std::size_t> ends = ChainEnds(followed);
  for (std::size_t i = 0; i < ends.size(); ++i) {
    if (ends[i] != i || followed[i] == kNone) continue;  // not the line that stands for a cycle
    std::vector<std::size_t> cycle{i};
    for (std::size_t at = followed[i]; at != i; at = followed[at]) cycle.push_back(at);
    NodeLine& primary = conf.lines[PrimaryOfCycle(conf, cycle)];
    primary.role = NodeRole::kPrimary;
    primary.primary = NodeId();
  }
}

Status CheckNodesConf(const NodesConf& conf, bool full_coverage) {
  RETURN_IF_ERROR(CheckIdsAndMyself(conf));
  const std::vector<const NodeLine*> primaries = LeadingPrimaries(conf);
  for (std::size_t i = 0; i < conf.lines.size(); ++i) {
    if (conf.lines[i].role != NodeRole::kReplica) continue;
    RETURN_IF_ERROR(CheckReplica(conf.lines[i], primaries[i]));
  }
  SlotOwners owners(kSlotCount, nullptr);
  for (const NodeLine& line : conf.lines) {
    for (const SlotRange& range : line.slots) RETURN_IF_ERROR(Own(owners, line, range));
  }
  return full_coverage ? CheckCoverage(owners) : Status();
}

}  // namespace bowline
