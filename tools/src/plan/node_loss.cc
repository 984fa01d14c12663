#include "plan/node_loss.h"

#include <algorithm>
#include <format>
#include <map>
#include <optional>
#include <set>

namespace bowline {
namespace {

std::string Join(const std::vector<MemberName>& members) {
  std::string text;
  for (const MemberName member : members) text += (text.empty() ? "" : ", ") + member.ToString();
  return text;
}

/// The members of a kind, by their node.
using ByNode = std::map<std::string, std::vector<MemberName>>;

/// Would fewer than a majority of `declared` voters be left when `lost` of `running` are gone?
bool TakesMajority(std::size_t running, std::size_t lost, int declared) {
  return 2 * static_cast<std::int64_t>(running - lost) <= declared;
}

bool InSync(const Card& card) {
  return card.RunsAsReplica() && card.engine.info.link_up && !card.engine.info.sync_in_progress;
}

/// Who can lead in place of a primary on `node`, on another node that does not become a risk by
/// this. The emptiest node first, then the lowest name.
std::optional<MemberName> BetterPlace(const Layout& layout, const Cards& cards,
                                      const ByNode& primaries, std::size_t running,
                                      const std::string& node) {
  std::optional<MemberName> best;
  std::size_t best_count = 0;
  for (const MemberName primary : primaries.at(node)) {
    for (const MemberName member : layout.MembersOf(primary.shard)) {
      const auto card = cards.find(member);
      if (card == cards.end() || !InSync(card->second)) continue;
      const std::string& there = card->second.node;
      if (there.empty() || there == node) continue;
      const auto found = primaries.find(there);
      const std::size_t count = found == primaries.end() ? 0 : found->second.size();
      if (TakesMajority(running, count + 1, layout.shards)) continue;
      if (!best || count < best_count) {
        best = member;
        best_count = count;
      }
    }
  }
  return best;
}

/// Cluster mode: the primaries elect.
void AddPrimaries(const Layout& layout, const Cards& cards, std::vector<NodeRisk>& risks) {
  ByNode primaries;
  std::size_t running = 0;
  for (const auto& [member, card] : cards) {
    if (!card.RunsAsPrimary()) continue;
    ++running;
    if (!card.node.empty()) primaries[card.node].push_back(member);
  }
  // Without a majority there is none to lose: `check` tells what is wrong then.
  if (TakesMajority(running, 0, layout.shards)) return;
  for (const auto& [node, members] : primaries) {
    if (!TakesMajority(running, members.size(), layout.shards)) continue;
    NodeRisk risk{.node = node,
                  .loss = std::format("{} of {} primaries ({}): no majority would be left to elect",
                                      members.size(), layout.shards, Join(members)),
                  .remedy = ""};
    const auto better = BetterPlace(layout, cards, primaries, running, node);
    risk.remedy = better ? std::format("bowline failover --shard {} --to {}", better->shard,
                                       better->ToString())
                         : "no replica that is in sync is on a node where a primary more would do "
                           "no harm: the members need at least three nodes (spread.nodes)";
    risks.push_back(std::move(risk));
  }
}

/// Sentinel mode: the sentinels elect.
void AddSentinels(const Layout& layout, const Cards& cards, std::vector<NodeRisk>& risks) {
  if (layout.sentinels < 3) return;
  ByNode sentinels;
  std::size_t running = 0;
  for (const MemberName member : layout.Sentinels()) {
    const auto card = cards.find(member);
    if (card == cards.end() || card->second.phase != Phase::kRunning) continue;
    if (!card->second.sentinel || !card->second.sentinel->answers) continue;
    ++running;
    if (!card->second.node.empty()) sentinels[card->second.node].push_back(member);
  }
  if (TakesMajority(running, 0, layout.sentinels)) return;
  for (const auto& [node, members] : sentinels) {
    if (!TakesMajority(running, members.size(), layout.sentinels)) continue;
    const bool crowded = members.size() > 1;
    risks.push_back(
        {.node = node,
         .loss = std::format("{} of {} sentinels ({}): no majority would be left to elect",
                             members.size(), layout.sentinels, Join(members)),
         .remedy = crowded ? std::format("delete the pod of {} while another node has room for it; "
                                         "spread.nodes=required keeps them apart",
                                         members.back().ToString())
                           : "bring back the sentinels that do not answer"});
  }
}

void AddLastCopies(const Layout& layout, const Cards& cards, std::vector<NodeRisk>& risks) {
  if (layout.replicas_per_shard == 0) return;
  for (int shard = 0; shard < layout.shards; ++shard) {
    std::vector<MemberName> copies;
    std::vector<MemberName> away;
    std::set<std::string> nodes;
    for (const MemberName member : layout.MembersOf(shard)) {
      const auto card = cards.find(member);
      const bool copy =
          card != cards.end() && (card->second.RunsAsPrimary() || InSync(card->second));
      (copy ? copies : away).push_back(member);
      if (copy) nodes.insert(card->second.node);
    }
    if (nodes.size() != 1 || nodes.begin()->empty()) continue;
    const std::string what =
        layout.mode == Mode::kSentinel ? "the data" : std::format("shard {}", shard);
    NodeRisk risk{.node = *nodes.begin(),
                  .loss = std::format("the last copy of {} ({})", what, Join(copies)),
                  .remedy = "bring back " + Join(away) + ": `bowline status` says what is wrong"};
    if (copies.size() > 1) {
      const auto replica = std::ranges::find_if(
          copies, [&](MemberName copy) { return !cards.at(copy).engine.info.primary; });
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
std::optional<std::string> OnlyNode(const Cards& cards) {
  std::set<std::string> nodes;
  for (const auto& [member, card] : cards) {
    if (!card.node.empty()) nodes.insert(card.node);
  }
  if (nodes.size() != 1 || cards.size() < 2) return std::nullopt;
  return *nodes.begin();
}

constexpr NodeRiskNews::Time kAgain{3'600'000};

}  // namespace

std::string NodeRisk::ToString() const {
  return std::format("the loss of node {} would take {}. Remedy: {}", node, loss, remedy);
}

std::vector<NodeRisk> NodeRisks(const Layout& layout, const Cards& cards) {
  std::vector<NodeRisk> risks;
  if (layout.Members().size() > 1) {
    if (const auto node = OnlyNode(cards)) {
      return {{.node = *node,
               .loss = "all members",
               .remedy = "run them on at least three nodes (spread.nodes)"}};
    }
  }
  if (layout.mode == Mode::kCluster) {
    AddPrimaries(layout, cards, risks);
  } else {
    AddSentinels(layout, cards, risks);
  }
  AddLastCopies(layout, cards, risks);
  return risks;
}

bool LowerMemberRuns(const Layout& layout, const Identity& identity, MemberName self,
                     const EngineSnapshot& engine) {
  const auto view = ParseClusterNodes(engine.view);
  if (layout.mode != Mode::kCluster || !view) return false;
  for (const MemberName member : layout.Members()) {
    if (member >= self) break;
    const NodeLine* line = view->Find(identity.NodeIdOf(member));
    if (line != nullptr && line->connected && !line->fail && !line->maybe_fail) return true;
  }
  return false;
}

bool LowerMemberRuns(MemberName self, const Cards& cards) {
  return std::ranges::any_of(cards, [&](const auto& entry) {
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
