#include <format>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/nodes_conf.h"

namespace bowline {

namespace {

using LinesById = std::unordered_map<std::string_view, const NodeLine*>;

std::string Name(const NodeLine& line) {
  return std::format("node {} at {}", line.id.str(), line.endpoint.ToString());
}

Status CheckIdsAndMyself(const NodesConf& conf, LinesById& lines) {
  const NodeLine* myself = nullptr;
  for (const NodeLine& line : conf.lines) {
    if (line.id.empty()) return Fail(Code::kDataLoss, "a line without node id");
    if (!lines.emplace(line.id.str(), &line).second) {
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

Status CheckReplica(const NodeLine& line, const LinesById& lines) {
  if (!line.slots.empty()) {
    return Fail(Code::kDataLoss, "{} is a replica and owns slots {}", Name(line),
                ToString(line.slots));
  }
  if (line.primary.empty()) return Fail(Code::kDataLoss, "{} is nobody's replica", Name(line));
  const auto found = lines.find(line.primary.str());
  if (found == lines.end()) {
    return Fail(Code::kDataLoss, "{} is a replica of {}, which has no line", Name(line),
                line.primary.str());
  }
  const NodeLine& primary = *found->second;
  if (primary.role != NodeRole::kPrimary || primary.handshake) {
    return Fail(Code::kDataLoss, "{} is a replica of {}, which is no primary", Name(line),
                Name(primary));
  }
  const std::string own = line.shard_id();
  const std::string theirs = primary.shard_id();
  if (!own.empty() && !theirs.empty() && own != theirs) {
    return Fail(Code::kDataLoss, "{} has shard-id {}, and its primary {} has {}", Name(line), own,
                primary.id.str(), theirs);
  }
  return {};
}

Status CheckSlots(const NodesConf& conf, bool full_coverage) {
  std::vector<const NodeLine*> owner(kSlotCount, nullptr);
  for (const NodeLine& line : conf.lines) {
    for (const SlotRange& range : line.slots) {
      if (range.first < 0 || range.last >= kSlotCount || range.first > range.last) {
        return Fail(Code::kDataLoss, "{} owns {}, which is no slot range", Name(line),
                    range.ToString());
      }
      for (int slot = range.first; slot <= range.last; ++slot) {
        const NodeLine*& entry = owner[static_cast<std::size_t>(slot)];
        if (entry != nullptr) {
          return Fail(Code::kDataLoss, "slot {} is owned twice: {} and {}", slot, Name(*entry),
                      Name(line));
        }
        entry = &line;
      }
    }
  }
  if (!full_coverage) return {};
  std::vector<SlotRange> gaps;
  int missing = 0;
  for (int slot = 0; slot < kSlotCount; ++slot) {
    if (owner[static_cast<std::size_t>(slot)] != nullptr) continue;
    ++missing;
    if (gaps.empty() || gaps.back().last != slot - 1) gaps.push_back({slot, slot});
    gaps.back().last = slot;
  }
  if (missing == 0) return {};
  const std::size_t shown = 8;
  const bool more = gaps.size() > shown;
  if (more) gaps.resize(shown);
  return Fail(Code::kDataLoss, "{} of {} slots have no owner: {}{}", missing, kSlotCount,
              ToString(gaps), more ? " ..." : "");
}

}  // namespace

Status CheckNodesConf(const NodesConf& conf, bool full_coverage) {
  LinesById lines;
  lines.reserve(conf.lines.size());
  RETURN_IF_ERROR(CheckIdsAndMyself(conf, lines));
  for (const NodeLine& line : conf.lines) {
    if (line.role == NodeRole::kReplica) RETURN_IF_ERROR(CheckReplica(line, lines));
  }
  return CheckSlots(conf, full_coverage);
}

}  // namespace bowline
