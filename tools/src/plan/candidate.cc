#include "plan/candidate.h"

#include <format>

namespace bowline {
namespace {

bool RunsAsReplica(const Card& card) {
  const EngineInfo& info = card.engine.info;
  return card.phase == Phase::kRunning && card.engine.answers && !info.primary && !info.loading;
}

}  // namespace

bool CanTakeOver(const Card& card) { return RunsAsReplica(card) && card.HasData(); }

std::optional<Candidate> BestCandidate(const Layout& layout, const Cards& cards, int shard,
                                       MemberName leaving, bool need_link) {
  const Card* best = nullptr;
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
    if (best == nullptr || info.offset > best->engine.info.offset) best = &card;
  }
  if (best == nullptr) return std::nullopt;
  return Candidate{.member = best->member,
                   .reason = std::format("highest offset {}, link {}", best->engine.info.offset,
                                         best->engine.info.link_up ? "up" : "down")};
}

}  // namespace bowline
