#include "plan/candidate.h"

#include <algorithm>
#include <format>
#include <vector>

namespace bowline {
namespace {

// A planned handover waits for equal offsets: what is missing is copied in a moment.
constexpr std::int64_t kCloseEnough = 1 << 20;

bool RunsAsReplica(const Card& card) {
  const EngineInfo& info = card.engine.info;
  return card.phase == Phase::kRunning && card.engine.answers && !info.primary && !info.loading;
}

std::vector<const Card*> Fit(const Layout& layout, const Cards& cards, int shard,
                             MemberName leaving, bool need_link) {
  std::vector<const Card*> fit;
  for (const MemberName member : layout.MembersOf(shard)) {
    const auto found = cards.find(member);
    if (member == leaving || found == cards.end()) continue;
    const Card& card = found->second;
    const EngineInfo& info = card.engine.info;
    // A link that is up has brought everything; without one, only a copy that holds something
    // counts.
    if (need_link ? !RunsAsReplica(card) || !info.link_up || info.sync_in_progress
                  : !CanTakeOver(card)) {
      continue;
    }
    fit.push_back(&card);
  }
  return fit;
}

std::int64_t OffsetOf(const Card* card) { return card->engine.info.offset; }

/// Null: nobody has changed, or `leaving` is not known.
const Card* BestOfNewRevision(const std::vector<const Card*>& fit, const Cards& cards,
                              MemberName leaving, std::int64_t highest) {
  const auto old = cards.find(leaving);
  if (old == cards.end() || old->second.revision.empty()) return nullptr;
  const Card* best = nullptr;
  for (const Card* card : fit) {
    if (card->revision.empty() || card->revision == old->second.revision) continue;
    if (OffsetOf(card) + kCloseEnough < highest) continue;
    if (best == nullptr || OffsetOf(card) > OffsetOf(best)) best = card;
  }
  return best;
}

}  // namespace

bool CanTakeOver(const Card& card) { return RunsAsReplica(card) && card.HasData(); }

std::optional<Candidate> BestCandidate(const Layout& layout, const Cards& cards, int shard,
                                       MemberName leaving, bool need_link) {
  const std::vector<const Card*> fit = Fit(layout, cards, shard, leaving, need_link);
  if (fit.empty()) return std::nullopt;
  const Card* best = *std::ranges::max_element(fit, {}, OffsetOf);
  if (need_link) {
    if (const Card* changed = BestOfNewRevision(fit, cards, leaving, OffsetOf(best))) {
      return Candidate{.member = changed->member,
                       .reason = std::format("of the new revision, offset {}", OffsetOf(changed))};
    }
  }
  return Candidate{.member = best->member,
                   .reason = std::format("highest offset {}, link {}", OffsetOf(best),
                                         best->engine.info.link_up ? "up" : "down")};
}

}  // namespace bowline
