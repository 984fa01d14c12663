#include "plan/candidate.h"

#include <algorithm>
#include <format>
#include <vector>

namespace bowline {
namespace {

// A planned handover waits for equal offsets: what is missing is copied in a moment.
constexpr std::int64_t kCloseEnough = 1 << 20;

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
    if (need_link ? !card.RunsAsReplica() || !info.link_up || info.sync_in_progress
                  : !CanTakeOver(card)) {
      continue;
    }
    fit.push_back(&card);
  }
  return fit;
}

std::int64_t OffsetOf(const Card* card) { return card->engine.info.offset; }

/// The first of the highest offset; `cards` has one.
const Card* Highest(const std::vector<const Card*>& cards) {
  return *std::ranges::max_element(cards, {}, OffsetOf);
}

/// Those of `fit` that are not far behind `highest` and whose pods are of another revision than
/// that of `leaving`, as far as revisions are known.
std::vector<const Card*> Changed(std::vector<const Card*> fit, const Cards& cards,
                                 MemberName leaving, std::int64_t highest) {
  const auto old = cards.find(leaving);
  std::erase_if(fit, [&](const Card* card) {
    return old == cards.end() || old->second.revision.empty() || card->revision.empty() ||
           card->revision == old->second.revision || OffsetOf(card) + kCloseEnough < highest;
  });
  return fit;
}

}  // namespace

bool CanTakeOver(const Card& card) { return card.RunsAsReplica() && card.HasData(); }

std::optional<Candidate> BestCandidate(const Layout& layout, const Cards& cards, int shard,
                                       MemberName leaving, bool need_link) {
  const std::vector<const Card*> fit = Fit(layout, cards, shard, leaving, need_link);
  if (fit.empty()) return std::nullopt;
  const Card* best = Highest(fit);
  const auto changed =
      need_link ? Changed(fit, cards, leaving, OffsetOf(best)) : std::vector<const Card*>{};
  if (!changed.empty()) {
    best = Highest(changed);
    return Candidate{.member = best->member,
                     .reason = std::format("of the new revision, offset {}", OffsetOf(best))};
  }
  return Candidate{.member = best->member,
                   .reason = std::format("highest offset {}, link {}", OffsetOf(best),
                                         best->engine.info.link_up ? "up" : "down")};
}

}  // namespace bowline
