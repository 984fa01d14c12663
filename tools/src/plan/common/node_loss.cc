#include "plan/common/node_loss.h"

#include <algorithm>
#include <format>
#include <optional>
#include <set>

#include "plan/common/mode_rules.h"
#include "plan/common/node_loss_parts.h"

namespace bowline {
namespace {

void AddLastCopies(const Layout& layout, const Reports& reports, const ModeRules& rules,
                   std::vector<NodeRisk>& risks) {
  if (layout.replicas_per_shard == 0) return;
  for (int shard = 0; shard < layout.shards; ++shard) {
    std::vector<MemberName> copies;
    std::vector<MemberName> away;
    std::set<std::string> nodes;
    for (const MemberName member : layout.MembersOf(shard)) {
      const auto report = reports.find(member);
      const bool copy =
          report != reports.end() && (report->second.RunsAsPrimary() || InSync(report->second));
      (copy ? copies : away).push_back(member);
      if (copy) nodes.insert(report->second.node);
    }
    if (nodes.size() != 1 || nodes.begin()->empty()) continue;
    const std::string what = rules.Sharded() ? std::format("shard {}", shard) : "the data";
    NodeRisk risk{.node = *nodes.begin(),
                  .loss = std::format("the last copy of {} ({})", what, Join(copies)),
                  .remedy = "bring back " + Join(away) + ": `bowline status` says what is wrong"};
    if (copies.size() > 1) {
      const auto replica = std::ranges::find_if(
          copies, [&](MemberName copy) { return !reports.at(copy).engine.info.primary; });
      const MemberName moved = replica == copies.end() ? copies.back() : *replica;
      risk.remedy = std::format(
          "delete the pod of {} while another node has room for it; "
          "spread.nodes=required keeps them apart",
          moved.ToString());
    }
    risks.push_back(std::move(risk));
  }
}

/// The one node on which all members run whose node is known; empty: there are several, or none.
std::optional<std::string> OnlyNode(const Reports& reports) {
  std::set<std::string> nodes;
  for (const auto& [member, report] : reports) {
    if (!report.node.empty()) nodes.insert(report.node);
  }
  if (nodes.size() != 1 || reports.size() < 2) return std::nullopt;
  return *nodes.begin();
}

constexpr NodeRiskNews::Time kAgain{3'600'000};

}  // namespace

bool TakesMajority(std::size_t running, std::size_t lost, int declared) {
  return 2 * static_cast<std::int64_t>(running - lost) <= declared;
}

bool InSync(const Report& report) {
  return report.RunsAsReplica() && report.engine.info.link_up &&
         !report.engine.info.sync_in_progress;
}

std::string NodeRisk::ToString() const {
  return std::format("the loss of node {} would take {}. Remedy: {}", node, loss, remedy);
}

std::vector<NodeRisk> NodeRisks(const Layout& layout, const Reports& reports,
                                const ModeRules& rules) {
  std::vector<NodeRisk> risks;
  if (layout.Members().size() > 1) {
    if (const auto node = OnlyNode(reports)) {
      return {{.node = *node,
               .loss = "all members",
               .remedy = "run them on at least three nodes (spread.nodes)"}};
    }
  }
  rules.AddVoterRisks(layout, reports, risks);
  AddLastCopies(layout, reports, rules, risks);
  return risks;
}

bool LowerMemberRuns(MemberName self, const Reports& reports) {
  return std::ranges::any_of(reports, [&](const auto& entry) {
    return entry.first < self && entry.first.kind == self.kind &&
           entry.second.phase == Phase::kRunning;
  });
}

std::optional<NodeRiskNews::News> NodeRiskNews::Look(Time now, const std::vector<NodeRisk>& risks) {
  std::string text;
  for (const NodeRisk& risk : risks) text += (text.empty() ? "" : "; ") + risk.ToString();
  const bool twice = seen_ == text;
  seen_ = text;
  if (!twice) return std::nullopt;
  if (text.empty()) {
    if (told_.empty()) return std::nullopt;
    told_.clear();
    return News{.risk = false, .text = "the loss of any one node leaves a majority and the data"};
  }
  if (text == told_ && now - told_at_ < kAgain) return std::nullopt;
  told_ = text;
  told_at_ = now;
  return News{.risk = true, .text = text};
}

void NodeRiskNews::Forget() { *this = {}; }

}  // namespace bowline
