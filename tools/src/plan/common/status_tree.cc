#include "plan/common/status_tree.h"

#include <algorithm>
#include <format>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace bowline {
namespace {

struct Lines {
  std::string_view next;   ///< before a member that is not the last one of its level
  std::string_view last;   ///< before the last one
  std::string_view along;  ///< below the former
};
constexpr Lines kBoxes{"├─ ", "└─ ", "│  "};
constexpr Lines kAscii{"|- ", "`- ", "|  "};
constexpr std::string_view kNothing = "   ";

bool IsPrimary(const TopologyRow& row) { return row.role == "primary"; }

/// Puts the members of one group into the order of the tree.
class Branches {
 public:
  Branches(std::vector<const TopologyRow*> rows, const Lines& lines)
      : rows_(std::move(rows)), lines_(lines) {}

  std::vector<TreeItem> Grow() {
    std::vector<const TopologyRow*> level;
    for (const TopologyRow* row : rows_) {
      if (IsPrimary(*row)) level.push_back(row);
    }
    for (const TopologyRow* row : rows_) {
      if (!IsPrimary(*row) && !Has(row->follows)) level.push_back(row);
    }
    for (const TopologyRow* row : level) reached_.insert(row->member);
    // A ring of replicas hangs on nobody: its first member stands for it.
    std::vector<const TopologyRow*> below = level;
    while (!below.empty()) below = Below(below);
    for (const TopologyRow* row : rows_) {
      if (!reached_.insert(row->member).second) continue;
      level.push_back(row);
      for (below = {row}; !below.empty();) below = Below(below);
    }
    Add(level, "");
    return std::move(items_);
  }

 private:
  [[nodiscard]] bool Has(const std::optional<MemberName>& member) const {
    return member && std::ranges::any_of(
                         rows_, [&](const TopologyRow* row) { return row->member == *member; });
  }

  /// Those that follow one of `level` and have not been reached before.
  std::vector<const TopologyRow*> Below(const std::vector<const TopologyRow*>& level) {
    std::vector<const TopologyRow*> below;
    for (const TopologyRow* upper : level) {
      for (const TopologyRow* row : rows_) {
        if (IsPrimary(*row) || row->follows != upper->member) continue;
        if (!reached_.insert(row->member).second) continue;
        followers_[upper->member].push_back(row);
        below.push_back(row);
      }
    }
    return below;
  }

  void Add(const std::vector<const TopologyRow*>& level, const std::string& before) {
    for (const TopologyRow* row : level) {
      const bool last = row == level.back();
      items_.push_back(
          {.row = row, .branch = before + std::string(last ? lines_.last : lines_.next)});
      Add(followers_[row->member], before + std::string(last ? kNothing : lines_.along));
    }
  }

  std::vector<const TopologyRow*> rows_;
  Lines lines_;
  std::set<MemberName> reached_;
  std::map<MemberName, std::vector<const TopologyRow*>> followers_;
  std::vector<TreeItem> items_;
};

TreeGroup GroupOf(std::string name, const std::vector<const TopologyRow*>& rows,
                  const Lines& lines) {
  TreeGroup group{.head = std::move(name), .items = Branches(rows, lines).Grow()};
  const auto primaries =
      std::ranges::count_if(rows, [](const TopologyRow* row) { return IsPrimary(*row); });
  if (primaries == 1) return group;
  group.head += primaries == 0 ? ": no primary" : std::format(": {} primaries", primaries);
  group.tone = Tone::kBad;
  return group;
}

/// "sentinels: 3 of 3 name server-0"
TreeGroup SentinelGroup(const std::vector<const TopologyRow*>& rows, const Reports& reports,
                        const Lines& lines) {
  TreeGroup group{.head = "sentinels", .items = Branches(rows, lines).Grow()};
  std::map<std::string, int> named;
  for (const TopologyRow* row : rows) {
    const auto report = reports.find(row->member);
    if (report == reports.end() || !report->second.sentinel) continue;
    const SentinelSnapshot& sentinel = *report->second.sentinel;
    if (!sentinel.answers || !sentinel.HasOpinion()) continue;
    ++named[sentinel.primary ? sentinel.primary->ToString() : sentinel.primary_ip];
  }
  std::string words;
  for (const auto& [primary, count] : named) {
    words +=
        std::format("{} {} of {} name {}", words.empty() ? ":" : ",", count, rows.size(), primary);
  }
  group.head += words.empty() ? ": nobody is named" : words;
  const bool agree = named.size() == 1 && named.begin()->second == std::ssize(rows);
  if (!agree) group.tone = Tone::kBad;
  return group;
}

}  // namespace

std::vector<TreeGroup> GroupMembers(const Topology& topology, const Reports& reports,
                                    const TextStyle& style) {
  const Lines& lines = style.utf8 ? kBoxes : kAscii;
  std::map<int, std::vector<const TopologyRow*>> shards;
  std::vector<const TopologyRow*> sentinels;
  for (const TopologyRow& row : topology.rows) {
    (row.member.HoldsData() ? shards[row.member.shard] : sentinels).push_back(&row);
  }
  std::vector<TreeGroup> groups;
  for (const auto& [shard, rows] : shards) {
    groups.push_back(
        GroupOf(topology.sharded ? std::format("shard {}", shard) : "servers", rows, lines));
  }
  if (!sentinels.empty()) groups.push_back(SentinelGroup(sentinels, reports, lines));
  if (topology.rows.size() == 1 && !topology.sharded) {  // nothing that could branch
    groups.front().head.clear();
    groups.front().items.front().branch.clear();
  }
  return groups;
}

}  // namespace bowline
