#include "plan/cluster/cluster_view.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace bowline {
namespace {

/// Does the view say that this node leads, and that it lives?
bool LeadsAlive(const NodeLine& line) {
  return line.LeadsSlots() && !line.fail && !line.maybe_fail;
}

/// The member's view, when its engine answers and the view is readable (an engine in the middle of
/// a change may print one that is not; the next report will do).
const NodesView* ViewOf(const Report& report) {
  const EngineSnapshot& engine = report.engine;
  return engine.answers && engine.view.Readable() ? &engine.view : nullptr;
}

/// Members of a shard with their node ids.
using NodeIds = std::vector<std::pair<MemberName, NodeId>>;

/// Takes over what one member's view claims about the shard, when its epoch is higher than what is
/// known.
void Consider(const Report& report, const NodeIds& shard, ShardView& result) {
  for (const auto& [member, id] : shard) {
    const NodeLine* line = report.engine.view.Find(id);
    if (line == nullptr || !line->LeadsSlots()) continue;
    if (result.primary && line->config_epoch <= result.config_epoch) continue;
    result.primary = member;
    result.config_epoch = line->config_epoch;
    result.source = report.member;
    result.current_epoch = report.engine.cluster.current_epoch;
  }
}

/// A replica loses the flag with its next answer on the bus, a primary with slots only after 2 x
/// node timeout (cluster_legacy.c, clearNodeFailureIfNeeded), and is voted out meanwhile:
/// docs/facts/cluster.md 3h.
void NoteFailed(const NodesView& view, const NodeIds& shard, std::vector<MemberName>& failed) {
  for (const auto& [member, id] : shard) {
    const NodeLine* line = view.FindKnown(id);
    if (line == nullptr || !line->fail || std::ranges::contains(failed, member)) continue;
    failed.push_back(member);
  }
}

}  // namespace

ShardView ViewOfShard(const Layout& layout, const Identity& identity, const Reports& reports,
                      int shard) {
  NodeIds ids;
  for (const MemberName member : layout.MembersOf(shard)) {
    ids.emplace_back(member, identity.NodeIdOf(member));
  }
  ShardView result;
  std::set<SlotRange> running;  // two members that claim one shard for a moment count once
  std::ptrdiff_t total = 0;
  for (const auto& [member, report] : reports) {
    if (report.engine.answers) NoteFailed(report.engine.view, ids, result.voted_out);
    const NodesView* view = ViewOf(report);
    if (view == nullptr) continue;
    const NodeLine& myself = *view->Myself();
    if (myself.LeadsSlots()) running.insert(myself.slots.front());
    total = std::max(total, view->Leading());
    Consider(report, ids, result);
  }
  result.quorum = std::ssize(running) * 2 > total && total > 0;
  return result;
}

namespace {

/// The shards whose primary was heard, and in how many of them it says something. Where two members
/// claim one shard for a moment, both must say it.
struct Word {
  int running = 0;
  int agreeing = 0;
  std::ptrdiff_t all = 0;  ///< primaries that there are, by the view that has most
};

/// `says`: of a primary's report and its view.
template <typename Says>
Word WordOfPrimaries(const Reports& reports, const Says& says) {
  Word word;
  std::map<int, bool> shards;
  for (const auto& [name, report] : reports) {
    const NodesView* view = ViewOf(report);
    if (view == nullptr) continue;
    word.all = std::max(word.all, view->Leading());
    if (!view->Myself()->LeadsSlots()) continue;
    bool& agrees = shards.try_emplace(name.shard, true).first->second;
    agrees = says(report, *view) && agrees;
  }
  for (const auto& [shard, agrees] : shards) {
    ++word.running;
    if (agrees) ++word.agreeing;
  }
  return word;
}

Word WordOnLead(const Identity& identity, const Reports& reports, MemberName member) {
  const NodeId id = identity.NodeIdOf(member);
  return WordOfPrimaries(reports, [&](const Report&, const NodesView& view) {
    const NodeLine* line = view.Find(id);
    return line != nullptr && LeadsAlive(*line);
  });
}

}  // namespace

bool LedByMajority(const Identity& identity, const Reports& reports, MemberName member) {
  const Word word = WordOnLead(identity, reports, member);
  return word.agreeing * 2 > word.running;
}

bool SecureInLead(const Layout& layout, const Identity& identity, const Reports& reports,
                  MemberName member) {
  const Word word = WordOnLead(identity, reports, member);
  return ViewOfShard(layout, identity, reports, member.shard).quorum &&
         word.agreeing * 2 > word.all;
}

bool KnownToMajority(const Reports& reports, std::uint64_t epoch) {
  const Word word = WordOfPrimaries(reports, [&](const Report& report, const NodesView&) {
    return report.engine.cluster.current_epoch >= epoch;
  });
  return word.agreeing * 2 > word.all;
}

std::vector<MemberName> TakenForFailedBy(const Layout& layout, const Identity& identity,
                                         const Reports& reports, MemberName member) {
  const NodeId id = identity.NodeIdOf(member);
  std::vector<MemberName> by;
  std::set<int> heard;  // shards whose primary was
  std::ptrdiff_t primaries = 0;
  for (const auto& [name, report] : reports) {
    const NodesView* view = ViewOf(report);
    if (view == nullptr) continue;
    primaries = std::max(primaries, view->Leading());
    if (name.shard == member.shard || !view->Myself()->LeadsSlots()) continue;
    heard.insert(name.shard);
    const NodeLine* line = view->Find(id);
    if (line != nullptr && (line->fail || line->maybe_fail)) by.push_back(name);
  }
  std::ptrdiff_t silent = 0;
  for (int shard = 0; shard < layout.shards && !by.empty(); ++shard) {
    if (shard == member.shard || heard.contains(shard)) continue;
    if (!Silent(reports, layout.MembersOf(shard)).empty()) ++silent;
  }
  if ((std::ssize(by) + silent) * 2 <= primaries) by.clear();
  return by;
}

bool HearsMajority(const NodesView& view) {
  if (!view.Readable()) return false;
  int all = 0;
  int heard = 0;
  for (const NodeLine* line : view.Lines()) {
    if (!line->LeadsSlots()) continue;
    ++all;
    if (line->myself || (line->connected && !line->fail && !line->maybe_fail)) ++heard;
  }
  return heard * 2 > all;
}

bool AllNamed(const NodesView& view) {
  const std::vector<const NodeLine*> lines = view.Lines();
  return !lines.empty() &&
         std::ranges::none_of(lines, [](const NodeLine* line) { return line->hostname.empty(); });
}

}  // namespace bowline
